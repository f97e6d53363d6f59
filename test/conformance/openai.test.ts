import OpenAI from 'openai';
import { conformance } from './suite.ts';
import { openaiSurfaces } from './surfaces.ts';

conformance('openai', OpenAI, openaiSurfaces);
