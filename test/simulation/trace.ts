/** Told of everything that happens, one line each; the line is only made when somebody reads it. */
export type Trace = (line: () => string) => void;
