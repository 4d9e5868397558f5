/** Why a definition cannot run here; the message completes a sentence that begins with the path. */
export interface Flaw {
  readonly path: string;
  readonly message: string;
}
