import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  type QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from '../variables.ts';

const TAG = 'tokenmeter';

export interface Part {
  readonly title?: string;
  readonly panels: readonly Builder<Panel>[];
}

/** What all dashboards have. A part without a title needs no row above it. */
export function dashboard(
  name: string,
  title: string,
  description: string,
  /** Only those that its queries read. */
  variables: readonly QueryVariableBuilder[],
  parts: readonly Part[],
): DashboardBuilder {
  const builder = new DashboardBuilder(`tokenmeter: ${title}`)
    .uid(`tokenmeter-${name}`)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([datasource(), ...variables])
    .link(
      new DashboardLinkBuilder('tokenmeter')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    );
  for (const { title, panels } of parts) {
    if (title !== undefined) builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  return builder;
}
