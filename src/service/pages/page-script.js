// The script of the pages for people who are verified. Every page works without it: it adds the camera, a look at a picture
// that was chosen, and the result without a reload. No picture leaves the page.

/** Between two looks for the result, in milliseconds, and how many there are at most. */
const PAUSE = 2000
const MOST_LOOKS = 60

for (const shot of document.querySelectorAll('[data-camera]')) camera(shot)
for (const shot of document.querySelectorAll('[data-upload]')) upload(shot)
if (document.querySelector('[data-refresh]') !== null) void look(MOST_LOOKS)

/** Takes a picture with the camera, and shows it. */
function camera(shot) {
  // There is none on pages that are not served over https.
  if (navigator.mediaDevices?.getUserMedia === undefined) return
  const [video, image, status] = ['video', 'img', '[role=status]'].map((name) => shot.querySelector(name))
  const [open, take] = ['[data-open]', '[data-take]'].map((name) => shot.querySelector(name))
  shot.hidden = false

  open.addEventListener('click', async () => {
    status.textContent = ''
    try {
      const facingMode = shot.dataset.camera
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode }, audio: false })
      await video.play()
    } catch {
      close()
      status.textContent = status.dataset.denied
      return
    }
    show({ video: true })
    take.focus()
  })

  take.addEventListener('click', () => {
    const canvas = document.createElement('canvas')
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    canvas.getContext('2d').drawImage(video, 0, 0)
    close()
    canvas.toBlob((picture) => {
      showPicture(image, picture)
      show({ video: false })
      open.textContent = open.dataset.again
      status.textContent = status.dataset.taken
      open.focus()
    })
  })

  addEventListener('pagehide', close)

  function show(shown) {
    video.hidden = !shown.video
    take.hidden = !shown.video
    open.hidden = shown.video
    image.hidden = shown.video || image.src === ''
  }

  /** Switches the camera off. */
  function close() {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop()
    video.srcObject = null
  }
}

/** Shows the picture that was chosen. */
function upload(shot) {
  const [input, image] = ['input', 'img'].map((name) => shot.querySelector(name))
  input.addEventListener('change', () => {
    const [picture] = input.files
    if (picture === undefined) image.hidden = true
    else showPicture(image, picture)
  })
  image.addEventListener('error', () => {
    image.hidden = true
  })
}

function showPicture(image, picture) {
  URL.revokeObjectURL(image.src)
  image.src = URL.createObjectURL(picture)
  image.hidden = false
}

/** Looks for the result until it is there, and puts it in the place of what is shown. */
async function look(left) {
  if (left === 0) return
  await new Promise((resolve) => setTimeout(resolve, PAUSE))
  const found = await pageNow().catch(() => undefined)
  const main = found?.querySelector('main')
  if (!main || main.querySelector('[data-refresh]') !== null) return look(left - 1)
  document.title = found.title
  document.querySelector('main').replaceWith(main)
  document.querySelector('h1')?.focus()
}

/**
 * This page as it is by now. A failure may be over at the next look, and a 404 may come from a proxy. A 410 is final and
 * this service's own: the session was redacted meanwhile, or goes on in another window.
 */
async function pageNow() {
  const answer = await fetch(location.href, { cache: 'no-store' })
  if (!answer.ok && answer.status !== 410) return undefined
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}
