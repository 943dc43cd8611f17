import type {DemeConfig} from '../../contract/config/config.ts';
import {LaunchConfig, type LauncherName} from '../../contract/config/launchConfig.ts';

/** How the stages of a config are submitted to a scheduler; null: they are processes of this machine. `wanted` overrules the config. */
export function launchOf({launch}: Pick<DemeConfig, 'launch'>, wanted?: LauncherName): LaunchConfig | null {
  const kind = wanted ?? launch?.kind ?? 'local';
  return kind === 'local' ? null : {...LaunchConfig.parse({}), ...launch, kind};
}
