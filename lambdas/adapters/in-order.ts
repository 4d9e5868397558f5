/** Does work one piece after another, in the order in which it is asked for; what fails keeps nobody behind it from theirs. */
export const inOrder = (): (<Result>(work: () => Promise<Result>) => Promise<Result>) => {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = before.then(work);
    before = result.catch(() => undefined);
    return result;
  };
};
