import {
  InstrumentationBase,
  type InstrumentationConfig,
  type InstrumentationModuleDefinition,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation';
import { Call } from './call.ts';
import { checkMeterConfig, type MeterConfig } from './config.ts';
import { TokenmeterError } from './errors.ts';
import { registerLoaderHooks } from './loader.ts';
import type { Pipeline } from './pipeline.ts';
import { priceCall } from './pricing/price.ts';
import { endpointFinder, providers } from './providers/index.ts';
import type { ClientClass, Provider } from './providers/types.ts';
import { reportFault, warnOnce } from './report.ts';
import { type Begin, findClientPrototype, patchClient } from './sdk/client.ts';
import type { ClientPrototype } from './sdk/types.ts';
import { Metrics } from './telemetry/metrics.ts';
import { SCOPE_NAME } from './telemetry/names.ts';
import { describeRequest, runInSpan, spanSink, startCallSpan } from './telemetry/span.ts';
import { VERSION } from './version.ts';

export interface TokenmeterInstrumentationConfig extends MeterConfig, InstrumentationConfig {}

/** A client class that was found, and how to take the patch out while it is in. */
interface FoundClient {
  readonly provider: Provider;
  unpatch: (() => void) | undefined;
}

/** OpenTelemetry instrumentation for the OpenAI and Anthropic SDKs. */
export class TokenmeterInstrumentation extends InstrumentationBase<TokenmeterInstrumentationConfig> {
  // Declared, not initialised: the base constructor already patches, and initialisers run after it.
  declare private _clients: Map<ClientPrototype, FoundClient> | undefined;
  declare private _metrics: Metrics | undefined;
  declare private _pipeline: Pipeline | undefined;

  constructor(config: TokenmeterInstrumentationConfig = {}) {
    super(SCOPE_NAME, VERSION, config);
    if (this.isEnabled()) registerLoaderHooks();
  }

  /**
   * Patches an SDK that no loader hook sees: one that is bundled into the app, or was loaded before.
   *
   * @param sdk The `openai` or `@anthropic-ai/sdk` module, or its client class.
   */
  manuallyInstrument(sdk: unknown): void {
    const found = clientClassesIn(sdk);
    if (found.length === 0) {
      throw new TokenmeterError(
        `manuallyInstrument: got ${describeValue(sdk)}, expected the module or the client class of ` +
          providers.map((provider) => provider.sdk.module).join(' or '),
      );
    }
    for (const { prototype, provider } of found) this._add(prototype, provider);
  }

  override setConfig(config: TokenmeterInstrumentationConfig = {}): void {
    super.setConfig({ ...checkMeterConfig(config) });
    this._pipeline = undefined;
  }

  override enable(): void {
    super.enable();
    for (const [prototype, client] of this._known()) this._patch(prototype, client);
  }

  override disable(): void {
    super.disable();
    for (const client of this._known().values()) {
      client.unpatch?.();
      client.unpatch = undefined;
    }
  }

  protected override init(): InstrumentationModuleDefinition[] {
    return providers.map((provider) => {
      const { module, files } = provider.sdk;
      // Any version: one that was not tested is still metered where the seam is found.
      const anyVersion = ['*'];
      const patch = (exports: Record<string, unknown>) => {
        for (const value of Object.values(exports)) {
          const prototype = findClientPrototype(value);
          if (prototype) this._add(prototype, provider);
        }
        return exports;
      };
      const definition: InstrumentationModuleDefinition = new InstrumentationNodeModuleDefinition(
        module,
        anyVersion,
        undefined,
        undefined,
        files.map(
          (file) =>
            new InstrumentationNodeModuleFile(`${module}/${file}`, anyVersion, guarded(patch), () => {}),
        ),
      );
      definition.includePrerelease = true;
      return definition;
    });
  }

  protected override _updateMetricInstruments(): void {
    this._metrics?.useMeter(this.meter);
  }

  private _known(): Map<ClientPrototype, FoundClient> {
    this._clients ??= new Map();
    return this._clients;
  }

  private _add(prototype: ClientPrototype, provider: Provider): void {
    const known = this._known();
    let client = known.get(prototype);
    if (!client) {
      client = { provider, unpatch: undefined };
      known.set(prototype, client);
    }
    if (this.isEnabled()) this._patch(prototype, client);
  }

  private _patch(prototype: ClientPrototype, client: FoundClient): void {
    client.unpatch ??= patchClient(prototype, this._begin(client.provider));
    if (!client.unpatch)
      warnOnce('two meters', 'an SDK is metered already: this instrumentation leaves it alone');
  }

  private _begin(provider: Provider): Begin {
    const find = endpointFinder(provider);
    return (client, method, path) => {
      try {
        const endpoint = find(method, path);
        return endpoint && new Call(this._pipelineOf(), provider, endpoint, client);
      } catch (fault) {
        reportFault('beginning a call', fault);
        return undefined;
      }
    };
  }

  private _pipelineOf(): Pipeline {
    if (this._pipeline) return this._pipeline;
    this._metrics ??= new Metrics(this.meter);
    const { user, streamUsage } = this.getConfig();
    const pipeline: Pipeline = {
      sinks: [this._metrics, spanSink],
      price: priceCall,
      resolveUser: user,
      streamUsage: streamUsage ?? true,
      startSpan: (call, nativeSpan) => startCallSpan(this.tracer, call, nativeSpan),
      runInSpan,
      describeRequest,
    };
    this._pipeline = pipeline;
    return pipeline;
  }
}

function guarded<T>(patch: (exports: T) => T): (exports: T) => T {
  return (exports) => {
    try {
      return patch(exports);
    } catch (fault) {
      reportFault('patching an SDK', fault);
      return exports;
    }
  };
}

/** The client classes in a module namespace, its default export, or the class itself. */
function clientClassesIn(sdk: unknown): { prototype: ClientPrototype; provider: Provider }[] {
  const exported = typeof sdk === 'object' && sdk !== null ? Object.values(sdk) : [];
  const nested = exported.flatMap((value) =>
    typeof value === 'object' && value !== null ? Object.values(value) : [],
  );
  return [sdk, ...exported, ...nested].flatMap((value) => {
    const prototype = findClientPrototype(value);
    const provider = prototype && providers.find(({ sdk: { isClient } }) => isClient(value as ClientClass));
    return provider ? [{ prototype, provider }] : [];
  });
}

function describeValue(value: unknown): string {
  return typeof value === 'function'
    ? `the function "${value.name}"`
    : `${value === null ? 'null' : typeof value}`;
}
