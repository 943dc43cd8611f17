// Session options for the addon of tfjs-node, which asks for none. Its own sources are compiled with
// -DTF_NewSessionOptions=demeSessionOptions, so that each graph it loads gets these.
#undef TF_NewSessionOptions
#include "tensorflow/c/c_api.h"

#include <cstdio>
#include <cstdlib>

#include "libraryPages.h"

extern "C" TF_SessionOptions* demeSessionOptions() {
  // ConfigProto{graph_options{rewrite_options{...}}} in protobuf's wire format. The graphs of updates and predictions are recorded without
  // anything to fold or fuse, and Grappler would look through their thousands of nodes for longer than all other preparations take. What
  // stays on is its choice of the data layout, which matters to GPUs. Numbers of fields: tensorflow/core/protobuf/rewriter_config.proto.
  static const unsigned char config[] = {
      0x52, 29, 0x52, 27,
      3 << 3, 2,           // constant_folding: OFF
      7 << 3, 2,           // arithmetic_optimization: OFF
      8 << 3, 2,           // dependency_optimization: OFF
      9 << 3, 2,           // loop_optimization: OFF
      10 << 3, 2,          // function_optimization: OFF
      13 << 3, 2,          // shape_optimization: OFF
      14 << 3, 2,          // remapping: OFF
      0xb0, 0x01, 2,       // implementation_selector: OFF
      0xc0, 0x01, 2,       // common_subgraph_elimination: OFF
      0xe0, 0x01, 2,       // use_plugin_optimizers: OFF
      4 << 3, 1,           // memory_optimization: NO_MEM_OPT
      12 << 3, 1,          // meta_optimizer_iterations: ONE
  };
  TF_SessionOptions* options = TF_NewSessionOptions();
  TF_Status* status = TF_NewStatus();
  TF_SetConfig(options, config, sizeof config, status);
  if (TF_GetCode(status) != TF_OK) {
    std::fprintf(stderr, "TensorFlow refuses the session options: %s\n", TF_Message(status));
    std::abort();
  }
  TF_DeleteStatus(status);
  // All operations are registered by now.
  releaseLibraryPages();
  return options;
}
