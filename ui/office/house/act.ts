// What is written in the journal, as its filter offers it; days as the server asks for.
const all: Record<string, string> = {
  staff: 'login login_failed logout account_add account_change role_add role_change role_delete key_add key_delete session_end bulk_read',
  setting: 'change',
  customer: 'find read profile timeline notes basket note note_put note_delete note_restore post put tags consent consent_put consent_code consent_proof agreed offer document_add document_put document_drop document_publish merge part rule_add rule_on',
  order: 'cancel ready park parked_take slot_put return_look',
  stock: 'adjust count count_submit count_approve count_reject incoming receive shelf source transfer transfer_send transfer_receive transfer_cancel',
  catalog: 'bulk bulk_apply bulk_undo bulk_delete put_category put_brand rename_brand put_product put_variant put_spec put_price_list put_prices put_vat put_fit put_fit_rule put_guide drop_guide',
  place: 'put put_day put_region',
  till: 'add change people pin_set',
  exchange: 'upload run_again tie export whose',
  task: 'added taken reassigned done cancelled',
  webhook: 'add put delete secret ping again',
  job: 'run cancel',
  event: 'replay',
  privacy: 'asked ended file held hold hold_lifted term expired',
  insight: 'find_too_often segment_preview snapshot_add',
  track: 'source_add source_put source_key plan_put plan_delete accept forget replay',
};
export const rooms = Object.keys(all);
export const acts = rooms.flatMap((room) => all[room]!.split(' ').map((what) => `${room}.${what}`));

export const dayBegin = (day: string | undefined) => (day ? new Date(`${day}T00:00:00`).toISOString() : undefined);

export function dayAfter(day: string | undefined): string | undefined {
  if (!day) return undefined;
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + 1);
  return at.toISOString();
}
