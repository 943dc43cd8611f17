// The parts of WebAssembly's interface in use here: only the DOM library declares it, most of which does not exist in Node.
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: {initial: number; maximum?: number});
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: {env: {memory: Memory}});
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
