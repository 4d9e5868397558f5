/** How sentences speak of whoever asks for access: to themselves as "you", and of them by their name where somebody else reads it. */
export interface Called {
  readonly who: string;
  readonly are: string;
  readonly ask: string;
  readonly their: string;
}

const YOU: Called = { who: "you", are: "you are", ask: "you ask", their: "your" };

/** By this name; absent: the sentence is for whoever asks. */
export const called = (name: string | undefined): Called =>
  name === undefined ? YOU : { who: name, are: `${name} is`, ask: `${name} asks`, their: "their" };
