import assert from 'node:assert/strict';
import { test } from 'node:test';
import packageJson from '../package.json' with { type: 'json' };
import { VERSION } from '../src/version.ts';

test('the version in the code is that of the package', () => assert.equal(VERSION, packageJson.version));
