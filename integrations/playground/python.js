// Python in a worker: a question as an object, and a promise of its answer.

/** What asks. Answers come in the order of the questions. */
export function startPython() {
  const worker = new Worker("./worker.js", { type: "module" });
  const waiting = new Map();
  let last = 0;
  worker.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) reject(new Error(data.error));
    else resolve(JSON.parse(data.answer));
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || "Python could not be loaded"));
    waiting.clear();
  };
  return (asked) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, asked: JSON.stringify(asked) });
    });
}
