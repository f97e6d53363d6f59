import { styleText } from 'node:util';
import type { DoctorReport, Finding, Level } from '../doctor/types.ts';

const MARKS: Record<Level, string> = { ok: 'ok', info: '-', warning: 'warning', problem: 'problem' };
const COLOURS = { ok: 'green', info: 'dim', warning: 'yellow', problem: 'red' } as const;
const MARK_WIDTH = 'problem'.length;

/** The report as aligned text; coloured where standard output is a terminal. */
export function printReport(report: DoctorReport): string {
  const { findings, folder, tokenmeter, works } = report;
  const sections = [...new Set(findings.map(({ section }) => section))];
  const lines = [`tokenmeter ${tokenmeter} doctor, in ${folder}`];
  for (const section of sections) {
    lines.push('', paint('bold', section));
    const inSection = findings.filter((finding) => finding.section === section);
    const width = Math.max(...inSection.map(({ subject }) => subject.length));
    for (const finding of inSection) lines.push(...printFinding(finding, width));
  }
  lines.push('', summary(findings, works));
  return lines.join('\n');
}

function printFinding({ level, subject, text, advice }: Finding, width: number): string[] {
  const mark = paint(COLOURS[level], MARKS[level].padEnd(MARK_WIDTH));
  const indent = ' '.repeat(2 + MARK_WIDTH + 2 + width + 2);
  const line = `  ${mark}  ${subject.padEnd(width)}  ${text}`;
  return advice === undefined ? [line] : [line, `${indent}${advice}`];
}

function summary(findings: readonly Finding[], works: boolean): string {
  const count = (level: Level, one: string) => {
    const found = findings.filter((finding) => finding.level === level).length;
    return found === 0 ? [] : [`${found} ${one}${found === 1 ? '' : 's'}`];
  };
  const counts = [...count('problem', 'problem'), ...count('warning', 'warning')].join(', ');
  const verdict = works ? 'Metering works' : 'Metering does not work, or not fully';
  return paint(works ? COLOURS.ok : COLOURS.problem, counts ? `${verdict}: ${counts}.` : `${verdict}.`);
}

/** Looks itself at NO_COLOR, FORCE_COLOR and whether it is a terminal. */
function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stdout });
}
