// What the bundles take for @tensorflow/tfjs-core. Node reads and compiles a CommonJS file three times when a module imports it, to find
// its type and its exports, and once when it is required; for this one of 1 MB that is a fifth of the start of every process.
const name = '@tensorflow/tfjs-core'; // In a variable, or else the alias would be applied to this too.
module.exports = require(name);
