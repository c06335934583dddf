import type { EnvironmentOf } from '../../config.ts';
import type { StackhandYaml } from '../../config-schema.ts';
import { count } from '../../reply.ts';
import { type Check, ok, warning } from '../doctor.ts';

/** Whether alerts can come in; their channels are looked at among the others. */
export function checkAlerts({ ALERTS_TOKEN }: EnvironmentOf<'cli'>, config: StackhandYaml | undefined): Check {
  return {
    name: 'Alerts',
    look: async () => {
      if (!config?.alerts) return [ok('not taken: stackhand.yaml has no `alerts`')];
      if (!ALERTS_TOKEN)
        return [warning('not taken: ALERTS_TOKEN is not set', 'Set it (.env.example says how), or take `alerts` out.')];
      const { routes, channel } = config.alerts;
      return [ok(`taken on ${config.http.host}:${config.http.port}, and sent by ${count(routes, 'route')} or to ${channel}`)];
    },
  };
}
