/** Whether a tensor is one of DeMe's channel projections, which bear the names of the paper's PyTorch code. */
export function isProjection(tensorName: string): boolean {
  return tensorName.startsWith('adapter_list.');
}
