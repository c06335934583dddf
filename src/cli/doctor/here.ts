import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type Config, ConfigError, checkAgainstRegistry, type EnvironmentOf } from '../../config.ts';
import { stateFolder } from '../../process/state-folder.ts';
import { loadRegistry } from '../../registry.ts';
import { count } from '../../reply.ts';
import { type Check, type Finding, ok, warning, wrong } from '../doctor.ts';

/** package.json's `engines`. */
const OLDEST_NODE = [20, 19] as const;

export function checkNode(version = process.versions.node): Check {
  return {
    name: 'Node',
    async look() {
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const [oldestMajor, oldestMinor] = OLDEST_NODE;
      const fits = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
      return [
        fits ? ok(`Node ${version}`) : wrong(`Node ${version} is too old`, `Install Node ${OLDEST_NODE.join('.')} or later.`),
      ];
    },
  };
}

export function checkConfig(read: { config?: Config; problems: readonly string[] }, registryRoot?: string): Check {
  return {
    name: 'Configuration',
    async look() {
      const findings: Finding[] = read.problems.map((problem) =>
        wrong(problem, 'stackhand.example.yaml and .env.example show how.'),
      );
      const { config } = read;
      if (!config) return findings;
      const { roles, rules, clouds } = config;
      const what = [count(Object.keys(roles), 'role'), count(rules, 'rule'), count(clouds, 'cloud')].join(', ');
      findings.push(...(await againstRegistry(config, registryRoot)));
      if (findings.length === 0) findings.push(ok(`${config.file} has ${what}`));
      findings.push(...config.warnings.map((said) => warning(said, `Look whether it is meant so in ${config.file}.`)));
      return findings;
    },
  };
}

async function againstRegistry(config: Config, root: string | undefined): Promise<Finding[]> {
  const registry = await loadRegistry(root === undefined ? {} : { root });
  try {
    checkAgainstRegistry(config, registry.commands);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => wrong(problem, '`stackhand run help` names the commands there are.'));
  }
}

export function checkStateFolder(environment: EnvironmentOf<'cli'>): Check {
  const folder = stateFolder(environment);
  return {
    name: 'State folder',
    async look() {
      if (environment.REDIS_URL !== undefined) return [ok('not needed: REDIS_URL names a Redis')];
      try {
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
        return [ok(`${folder} can be written`)];
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
          return [ok(`${folder} is not there yet; stackhand start makes it`)];
        }
        return [
          wrong(`${folder} cannot be written`, 'Run this as the user that runs `stackhand start`, or set STACKHAND_STATE.'),
        ];
      }
    },
  };
}
