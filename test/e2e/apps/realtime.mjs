import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import talk from './realtime-session.cjs';

talk(OpenAI, OpenAIRealtimeWS);
