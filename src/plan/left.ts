/** Why `flows pull` leaves what drifted of a flow, or some of it. */
export type Left = 'changed_in_both' | 'no_definition' | 'released' | 'keys_exchanged' | 'conflict' | 'api_key'
