/** Loads what belongs to each key once, however often it is asked for; a failure is not remembered. */
export const remembered = <Key, Value>(
  load: (key: Key) => Promise<Value>,
): ((key: Key) => Promise<Value>) => {
  const known = new Map<Key, Promise<Value>>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const loading = load(key);
    known.set(key, loading);
    loading.catch(() => known.delete(key));
    return loading;
  };
};
