import { clusterRows } from "./clusterRows.ts";
import { configRows, contextRows } from "./configRows.ts";
import { pluginRows, providerRows } from "./loginRows.ts";
import type { Rows } from "./row.ts";
import { settingIn, type Surroundings } from "./setting.ts";
import { userRows } from "./userRows.ts";

/** A row for each field of each type. */
export function rowsFor(around: Surroundings): Record<string, Rows> {
  const setting = settingIn(around);
  return {
    Config: configRows(),
    Cluster: clusterRows(setting),
    AuthInfo: userRows(setting),
    Context: contextRows(),
    AuthProviderConfig: providerRows(),
    ExecConfig: pluginRows(setting),
  };
}
