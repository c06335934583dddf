import { type Answer, Refusal } from './router.ts';

export function unauthorized(base: string): Answer {
  return {
    status: 401,
    body: { error: { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' } },
    headers: { 'www-authenticate': `Keystone uri="${base}/v3"` },
  };
}

export function error(code: number, message: string, title: string): Refusal {
  return new Refusal({ status: code, body: { error: { code, message, title } } });
}

export function notFound(what: string, id: string): Refusal {
  return error(404, `Could not find ${what}: ${id}.`, 'Not Found');
}

export function demand(allowed: boolean, rule: string): void {
  if (!allowed) throw error(403, `You are not authorized to perform the requested action: identity:${rule}.`, 'Forbidden');
}
