import type {BackendValues, Tensor, TensorInfo} from '@tensorflow/tfjs-core';

/** What the addon says of a tensor it made. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export interface OpAttribute {
  readonly name: string;
  /** One of the TF_ATTR_* numbers of the binding. */
  readonly type: number;
  readonly value: unknown;
}

/** The part of tfjs-node's addon that graphs need; its functions need no `this`. */
export interface TensorflowBinding {
  readonly TF_FLOAT: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  isUsingGpuDevice(): boolean;
  createTensor(shape: number[], dtype: number, values: BackendValues): number;
  deleteTensor(id: number): void;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  deleteSavedModel(model: number): void;
}

/** tfjs-node's kernel backend, with what TypeScript calls private there. */
export interface TensorflowBackend {
  binding: TensorflowBinding;
  getDTypeInteger(dtype: string): number;
  /** Uploads what still waits on the host. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
}
