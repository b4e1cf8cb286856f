// Runs what src/lib.rs makes:
//
//   node run.mjs alone FILE              without atomics, on one thread
//   node run.mjs workers FILE MAIN       with atomics: FILE in the workers, MAIN, in which a wait in the system is a trap as in a
//                                        browser's main thread, in this one
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, workerData } from "node:worker_threads";

let memory;
const env = {
  print(at, length) {
    const bytes = new Uint8Array(memory.buffer, at >>> 0, length).slice();
    console.log(new TextDecoder().decode(bytes));
  },
};

if (!isMainThread) {
  const { module, pointer, stack, locals } = workerData;
  memory = workerData.memory;
  env.memory = memory;
  env.start = () => { throw new Error("a worker starts no worker"); };
  const { exports } = new WebAssembly.Instance(module, { env });
  exports.__stack_pointer.value = stack;
  exports.__wasm_init_tls(locals);
  exports.work(pointer);
} else {
  const [how, file, main] = process.argv.slice(2);
  const module = new WebAssembly.Module(readFileSync(file));
  if (how === "alone") {
    const { exports } = new WebAssembly.Instance(module, { env });
    memory = exports.memory;
    exports.prepare();
    exports.alone();
  } else {
    memory = new WebAssembly.Memory({ initial: 64, maximum: 16384, shared: true });
    env.memory = memory;
    let exports;
    const workers = [];
    env.start = (pointer) => {
      const bytes = 1 << 20;
      const stack = exports.reserve(bytes) + bytes;
      const locals = exports.reserve(exports.__tls_size.value + exports.__tls_align.value);
      const aligned = Math.ceil(locals / exports.__tls_align.value) * exports.__tls_align.value;
      const workerData = { module, memory, pointer, stack, locals: aligned };
      workers.push(new Worker(fileURLToPath(import.meta.url), { workerData }));
    };
    const own = new WebAssembly.Module(readFileSync(main));
    ({ exports } = new WebAssembly.Instance(own, { env }));
    exports.prepare();
    exports.with_workers(3, 20);
    let trapped = false;
    try {
      exports.wait();
    } catch (error) {
      trapped = error instanceof WebAssembly.RuntimeError;
    }
    if (!trapped) throw new Error("a wait did not trap: the run before proves nothing");
    for (const worker of workers) {
      worker.on("error", (error) => { console.error(error); process.exit(1); });
    }
  }
}
