import * as vscode from 'vscode';
import type {LineageRow} from './lineageRows.ts';

/** A row below a merged model, as the trees show it. A click on a model that is there shows where. */
export function lineageItem({
  id,
  label,
  description,
  tooltip,
  icon,
  color,
  folder,
  isMerged,
}: LineageRow): vscode.TreeItem {
  const {None, Collapsed} = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, isMerged ? Collapsed : None);
  item.id = id;
  item.description = description;
  item.tooltip = tooltip;
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.contextValue = folder === null ? 'lineage' : 'model';
  item.accessibilityInformation = {label: `${label}, ${description}`};
  if (folder !== null) {
    item.command = {command: 'revealInExplorer', title: 'Reveal in Explorer', arguments: [vscode.Uri.file(folder)]};
  }
  return item;
}
