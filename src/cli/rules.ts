import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { allGroups, DEFAULT_RULES, readRulesConfig, toYaml } from '../rules/index.ts';
import { VERSION } from '../version.ts';

const EXAMPLES = `
Recording rules and alerts for Prometheus 2.42 or newer, Mimir, Thanos or VictoriaMetrics, in one file. The config is
YAML or JSON; everything in it is optional:

  thresholds:
    errorRatio: 0.1             # defaults: ${Object.entries(DEFAULT_RULES.thresholds)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')
      .replace(/(.{60,85}), /g, '$1,\n                                # ')}
  budgets:                      # kept by Prometheus, for apps that declare none
    - name: research-month
      limitUsd: 500             # or limitTokens, limitRequests
      period: month             # or day; of the calendar, in UTC
      per: [user]               # and team, feature, model, provider; none: one budget for all
      match: { team: research, model: claude-* }
  jobsThatEnd: [nightly-*]      # whose silence is no alert
  runbookUrl: https://wiki.example.com/tokenmeter   # of copies of grafana/runbooks
                                # default: ${DEFAULT_RULES.runbookUrl}

A budget counts from the first sample that Prometheus has of an app: one that has run for longer brings all it has
counted since its start. What is spent while nothing is scraped for over two hours is left out.

Examples:
  npx tokenmeter rules > /etc/prometheus/rules/tokenmeter.yaml
  npx tokenmeter rules --config rules.yaml --out /etc/prometheus/rules/tokenmeter.yaml
`;

export function addRules(program: Command): void {
  program
    .command('rules')
    .description('write rules for Prometheus: recordings, alerts, budgets')
    .option('--config <file>', 'thresholds and budgets of your own')
    .option('--out <file>', 'where to write them (default: stdout)')
    .addHelpText('after', EXAMPLES)
    .action(({ config, out }: { config?: string; out?: string }, command: Command) => {
      const rules = config === undefined ? DEFAULT_RULES : readRulesConfig(config);
      const source = config === undefined ? '' : ` --config ${config}`;
      const text = toYaml(
        `Written by tokenmeter ${VERSION}: npx tokenmeter rules${source}`,
        allGroups(rules),
      );
      if (out === undefined) process.stdout.write(text);
      else {
        try {
          writeFileSync(out, text);
        } catch (error) {
          command.error(`error: --out ${out} cannot be written: ${(error as Error).message}`);
        }
      }
    });
}
