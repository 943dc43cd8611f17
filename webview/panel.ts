import type {PanelReply, PanelRequest} from '../trainer/contract/panel/panel.ts';
import type {PageState} from '../trainer/contract/panel/panelPage.ts';
import type {PreviewCommand} from '../trainer/contract/panel/preview.ts';
import type {PanelAction, PanelState} from './state.ts';

/** What the page offers to its tabs. */
export interface Panel {
  readonly state: PanelState;
  dispatch(action: PanelAction): void;
  /** Changes the view settings, which survive a restart. */
  setPage(change: Partial<PageState>): void;
  /** Sends a request. Null: it failed, and an error that starts with `doing` is shown to the user. */
  request(request: PanelRequest, doing: string): Promise<PanelReply | null>;
  /** Sends a command to the live preview; its results arrive in the state. */
  preview(command: PreviewCommand): void;
  /** Requests the results of a run unless they are known or requested already. */
  needDetails(run: string): void;
  /** Requests the results of a run again; those that are known stay until then. */
  refreshDetails(run: string): void;
}

/** One of the page's tabs. */
export interface Tab {
  readonly root: HTMLElement;
  /** Called at most once a frame, while the tab is shown. */
  update(state: PanelState): void;
  /** The theme has changed. */
  restyle(): void;
}
