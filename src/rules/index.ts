export { cacheSavingGroups } from './cache-savings.ts';
export { DEFAULT_RULES, readRulesConfig } from './config.ts';
export { alertGroups, allGroups, recordingGroups } from './groups.ts';
export { otlpNameGroups } from './otlp-names.ts';
export { toYaml } from './yaml.ts';
