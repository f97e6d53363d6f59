// What an app's own OpenTelemetry set-up does before it: loader hooks, and an instrumentation of a package.
import { register } from 'node:module';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';

// Without `include` they would break openai 4, whose modules change what they export.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: ['commander'] } });

class CommanderInstrumentation extends InstrumentationBase {
  constructor() {
    super('commander', '1.0.0', {});
  }
  init() {
    return new InstrumentationNodeModuleDefinition('commander', ['*'], (exports) => {
      this._wrap(exports, 'createCommand', () => () => 'patched');
      return exports;
    });
  }
}
new CommanderInstrumentation();
