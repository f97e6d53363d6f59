import Anthropic from '@anthropic-ai/sdk';
import { conformance } from './suite.ts';
import { anthropicSurfaces } from './surfaces.ts';

conformance('anthropic', Anthropic, anthropicSurfaces);
