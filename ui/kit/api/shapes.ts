// Made by "npm run types" from the server's route tables; not to be edited.
import type { Shape } from '../form/rules';

export const BasketChange: Shape = {
  lines: { kind: 'list', max: 100, of: () => BasketSet },
  kind: { kind: 'enum', words: ['pickup', 'reserve', 'delivery', 'sale'] },
  place_id: { kind: 'id' },
  region_id: { kind: 'id' },
};

export const BasketQty: Shape = {
  qty: { kind: 'int', must: true, max: 999 },
};

export const BasketSet: Shape = {
  variant_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, max: 999 },
};

export const BrandInput: Shape = {
  id: { kind: 'id' },
  name: { kind: 'text', must: true, max: 100 },
};

export const BulkAsk: Shape = {
  what: { kind: 'enum', must: true, words: ['price', 'category', 'brand', 'active', 'warranty'] },
  filter: { kind: 'object', of: () => OfficeFilter },
  product_id: { kind: 'list', max: 1000, each: { kind: 'id' } },
  variant_id: { kind: 'list', max: 1000, each: { kind: 'id' } },
  price: { kind: 'object', of: () => BulkPrice },
  category_id: { kind: 'id' },
  brand_id: { kind: 'id' },
  active: { kind: 'enum', words: ['false', 'true'] },
  warranty_days: { kind: 'int', max: 36500 },
};

export const BulkPrice: Shape = {
  list_id: { kind: 'id', must: true },
  percent_bp: { kind: 'int', min: -9999, max: 100000 },
  add_minor: { kind: 'int', min: -100000000000, max: 100000000000 },
  price_minor: { kind: 'int', max: 100000000000 },
  round_minor: { kind: 'int', min: 1, max: 10000000 },
  less_minor: { kind: 'int', max: 10000000 },
  round: { kind: 'enum', words: ['nearest', 'up', 'down'] },
  strike: { kind: 'bool' },
  from_at: { kind: 'time' },
  to_at: { kind: 'time' },
};

export const CategoryInput: Shape = {
  id: { kind: 'id' },
  parent_id: { kind: 'id' },
  name: { kind: 'text', must: true, max: 200 },
  name_en: { kind: 'text', max: 200 },
  slug: { kind: 'text', max: 100 },
  sort: { kind: 'int', max: 1000000 },
  active: { kind: 'bool', must: true },
};

export const CodeAsk: Shape = {
  to: { kind: 'text', must: true, max: 254 },
};

export const CodeLogin: Shape = {
  to: { kind: 'text', must: true, max: 254 },
  code: { kind: 'secret', must: true, max: 12 },
};

export const ConsentChange: Shape = {
  items: { kind: 'list', must: true, max: 16, of: () => ConsentSaid },
  text_version: { kind: 'text', max: 20 },
};

export const ConsentCode: Shape = {
  to: { kind: 'text', must: true, max: 254 },
  code: { kind: 'secret', must: true, max: 12 },
};

export const ConsentDocumentNew: Shape = {
  purpose: { kind: 'enum', must: true, words: ['offers', 'personal', 'survey', 'analytics'] },
  version: { kind: 'text', must: true, max: 20 },
  text_ru: { kind: 'text', must: true, max: 20000 },
  text_en: { kind: 'text', must: true, max: 20000 },
};

export const ConsentDocumentPublish: Shape = {
  from_at: { kind: 'time' },
};

export const ConsentDocumentTexts: Shape = {
  text_ru: { kind: 'text', must: true, max: 20000 },
  text_en: { kind: 'text', must: true, max: 20000 },
};

export const ConsentSaid: Shape = {
  purpose: { kind: 'enum', must: true, words: ['offers', 'personal', 'survey', 'analytics'] },
  channel: { kind: 'enum', must: true, words: ['sms', 'email', 'messenger', 'call', 'site'] },
  given: { kind: 'bool', must: true },
  text_version: { kind: 'text', max: 20 },
};

export const ConsentTaken: Shape = {
  items: { kind: 'list', must: true, max: 16, of: () => ConsentSaid },
  text_version: { kind: 'text', max: 20 },
  source: { kind: 'enum', must: true, words: ['shop', 'phone'] },
};

export const CountSaid: Shape = {
  variant_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, max: 1000000 },
  at: { kind: 'time' },
};

export const CustomerEdit: Shape = {
  last_name: { kind: 'text', max: 100 },
  first_name: { kind: 'text', max: 100 },
  middle_name: { kind: 'text', max: 100 },
  birth_date: { kind: 'text', max: 10 },
  region_id: { kind: 'id' },
  lang: { kind: 'text', max: 2 },
  keys: { kind: 'list', must: true, max: 50, of: () => CustomerKeyInput },
};

export const CustomerKeyInput: Shape = {
  kind: { kind: 'enum', must: true, words: ['phone', 'email', 'card'] },
  value: { kind: 'text', must: true, max: 254 },
  confirmed_at: { kind: 'time' },
};

export const CustomerOffer: Shape = {
  purpose: { kind: 'enum', must: true, words: ['offers', 'personal', 'survey'] },
  channel: { kind: 'enum', must: true, words: ['sms', 'email'] },
  subject: { kind: 'text', max: 200 },
  text: { kind: 'text', must: true, max: 1000 },
};

export const EventReplay: Shape = {
  after: { kind: 'int', must: true, max: 9223372036854776000 },
};

export const ExchangeAgainAsk: Shape = {
  dry_run: { kind: 'bool' },
};

export const ExchangeKeyInput: Shape = {
  source: { kind: 'text', must: true, max: 100 },
  kind: { kind: 'text', must: true, max: 20 },
  external: { kind: 'text', must: true, max: 200 },
  our_id: { kind: 'id', must: true },
  active: { kind: 'bool' },
};

export const FitInput: Shape = {
  product_id: { kind: 'id', must: true },
  fits_product_id: { kind: 'id', must: true },
  fits: { kind: 'bool', must: true },
};

export const FitRuleInput: Shape = {
  accessory_category_id: { kind: 'id', must: true },
  category_id: { kind: 'id', must: true },
  spec_id: { kind: 'id' },
  fits: { kind: 'bool', must: true },
};

export const GiftAsk: Shape = {
  serial: { kind: 'text', max: 64 },
};

export const GiftTo: Shape = {
  customer_id: { kind: 'id', must: true },
};

export const GuideAnswerTextInput: Shape = {
  text: { kind: 'text', must: true, max: 200 },
  text_en: { kind: 'text', max: 200 },
  value: { kind: 'text', must: true, max: 200 },
};

export const GuideInput: Shape = {
  category_id: { kind: 'id' },
  code: { kind: 'text', must: true, max: 60 },
  sort: { kind: 'int', max: 1000000 },
  asked: { kind: 'bool', must: true },
  text: { kind: 'text', max: 200 },
  text_en: { kind: 'text', max: 200 },
  hint: { kind: 'text', max: 400 },
  hint_en: { kind: 'text', max: 400 },
  answers: { kind: 'list', max: 8, of: () => GuideAnswerTextInput },
};

export const HomeShown: Shape = {
  devices: { kind: 'bool', must: true },
  purchases: { kind: 'bool', must: true },
};

export const HomeUser: Shape = {
  customer_id: { kind: 'id' },
};

export const HomeVerdict: Shape = {
  verdict: { kind: 'enum', must: true, words: ['open', 'invite', 'no'] },
};

export const IdentityKeyRuleInput: Shape = {
  kind: { kind: 'enum', must: true, words: ['phone', 'email', 'card', 'device', 'messenger', 'cookie', 'receipt', 'serial', 'user'] },
  per_person: { kind: 'int', must: true, min: 1, max: 1000 },
  people: { kind: 'int', must: true, min: 1, max: 1000 },
  window_days: { kind: 'int', must: true, min: 1, max: 3650 },
  merges: { kind: 'enum', must: true, words: ['never', 'same_name', 'no_clash'] },
};

export const IdentityRuleInput: Shape = {
  version: { kind: 'int', max: 1000000 },
  keys: { kind: 'list', must: true, max: 9, of: () => IdentityKeyRuleInput },
  recycle_days: { kind: 'int', must: true, min: 30, max: 3650 },
  sure_ppm: { kind: 'int', must: true, min: 900000, max: 1000000 },
  review_ppm: { kind: 'int', must: true, min: 1, max: 1000000 },
  note: { kind: 'text', max: 1000 },
  at: { kind: 'time' },
  who_id: { kind: 'id' },
  tried_at: { kind: 'time' },
  on_at: { kind: 'time' },
  report: { kind: 'json' },
  on: { kind: 'bool' },
};

export const IdentityVerdict: Shape = {
  is: { kind: 'enum', must: true, words: ['open', 'same', 'different', 'later'] },
  note: { kind: 'text', max: 1000 },
};

export const KeeperEdit: Shape = {
  staff_id: { kind: 'id' },
};

export const KeyBlock: Shape = {
  kind: { kind: 'enum', must: true, words: ['phone', 'email', 'card', 'device', 'messenger', 'cookie', 'receipt', 'serial', 'user'] },
  value: { kind: 'text', must: true, max: 254 },
  note: { kind: 'text', max: 1000 },
};

export const KeySaid: Shape = {
  kind: { kind: 'enum', must: true, words: ['phone', 'email', 'card', 'device', 'messenger', 'cookie', 'receipt', 'serial', 'user'] },
  value: { kind: 'text', must: true, max: 254 },
};

export const LinkToken: Shape = {
  token: { kind: 'secret', must: true, max: 100 },
};

export const MeEdit: Shape = {
  last_name: { kind: 'text', max: 100 },
  first_name: { kind: 'text', max: 100 },
  middle_name: { kind: 'text', max: 100 },
  birth_date: { kind: 'text', max: 10 },
  region_id: { kind: 'id' },
  lang: { kind: 'text', max: 2 },
};

export const MergeUndo: Shape = {
  why: { kind: 'text', max: 1000 },
};

export const MergeWith: Shape = {
  with: { kind: 'id', must: true },
  why: { kind: 'text', max: 1000 },
};

export const NoteText: Shape = {
  text: { kind: 'text', must: true, max: 4000 },
};

export const OfficeFilter: Shape = {
  q: { kind: 'text', max: 100 },
  category_id: { kind: 'id' },
  brand_id: { kind: 'id' },
  active: { kind: 'enum', words: ['false', 'true'] },
  no_picture: { kind: 'bool' },
  no_price: { kind: 'bool' },
  no_barcode: { kind: 'bool' },
  list_id: { kind: 'id' },
};

export const OrderAtPlace: Shape = {
  place_id: { kind: 'id', must: true },
  lines: { kind: 'list', max: 200, of: () => OrderFound },
};

export const OrderDays: Shape = {
  days: { kind: 'int', must: true, min: 1, max: 30 },
};

export const OrderFound: Shape = {
  line_no: { kind: 'int', must: true, min: 1, max: 200 },
  qty: { kind: 'int', must: true, max: 999 },
};

export const OrderHandover: Shape = {
  code: { kind: 'text', max: 40 },
  place_id: { kind: 'id', must: true },
  serials: { kind: 'list', max: 1000, of: () => OrderSerialNew },
  payments: { kind: 'list', max: 10, of: () => OrderPaymentNew },
};

export const OrderLineNew: Shape = {
  variant_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, min: 1, max: 999 },
  serial: { kind: 'text', max: 64 },
  price_minor: { kind: 'int', max: 1000000000000 },
};

export const OrderLookup: Shape = {
  number: { kind: 'text', must: true, max: 40 },
  phone: { kind: 'text', must: true, max: 254 },
};

export const OrderNew: Shape = {
  kind: { kind: 'enum', must: true, words: ['pickup', 'reserve', 'delivery', 'sale'] },
  channel: { kind: 'enum', words: ['site', 'shop', 'app', 'phone', 'messenger', 'marketplace'] },
  place_id: { kind: 'id' },
  customer_id: { kind: 'id' },
  name: { kind: 'text', max: 200 },
  phone: { kind: 'text', max: 40 },
  email: { kind: 'text', max: 254 },
  card: { kind: 'text', max: 40 },
  pay: { kind: 'enum', words: ['none', 'on_pickup', 'card', 'cash'] },
  address: { kind: 'text', max: 500 },
  region_id: { kind: 'id' },
  lat_e6: { kind: 'int', min: -90000000, max: 90000000 },
  lon_e6: { kind: 'int', min: -180000000, max: 180000000 },
  slot_id: { kind: 'id' },
  sold_at: { kind: 'time' },
  comment: { kind: 'text', max: 1000 },
  lines: { kind: 'list', max: 200, of: () => OrderLineNew },
  payments: { kind: 'list', max: 10, of: () => OrderPaymentNew },
};

export const OrderPaymentNew: Shape = {
  kind: { kind: 'enum', must: true, words: ['none', 'on_pickup', 'card', 'cash'] },
  amount_minor: { kind: 'int', must: true, min: 1, max: 1000000000000000 },
  ref: { kind: 'text', max: 100 },
};

export const OrderPicked: Shape = {
  picked_qty: { kind: 'int', must: true, max: 999 },
};

export const OrderSendElsewhere: Shape = {
  place_id: { kind: 'id' },
};

export const OrderSerialNew: Shape = {
  line_no: { kind: 'int', min: 1, max: 200 },
  variant_id: { kind: 'id' },
  serial: { kind: 'text', must: true, max: 64 },
};

export const OrderShortPick: Shape = {
  qty: { kind: 'int', must: true, min: 1, max: 999 },
  why: { kind: 'text', max: 1000 },
};

export const OrderSlotNew: Shape = {
  region_id: { kind: 'id', must: true },
  day: { kind: 'int', must: true, max: 100000 },
  from_min: { kind: 'int', must: true, max: 1439 },
  to_min: { kind: 'int', must: true, min: 1, max: 1440 },
  capacity: { kind: 'int', must: true, max: 10000 },
};

export const OrderWhy: Shape = {
  why: { kind: 'text', max: 1000 },
  qty: { kind: 'int', min: 1, max: 999 },
};

export const ParkedLineNew: Shape = {
  variant_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, min: 1, max: 999 },
  serial: { kind: 'text', max: 64 },
};

export const ParkedNew: Shape = {
  place_id: { kind: 'id', must: true },
  customer_id: { kind: 'id' },
  note: { kind: 'text', max: 200 },
  total_minor: { kind: 'int', must: true, max: 1000000000000000 },
  lines: { kind: 'list', must: true, max: 200, of: () => ParkedLineNew },
};

export const PlaceDayInput: Shape = {
  date: { kind: 'text', must: true, max: 10 },
  open_min: { kind: 'int', max: 1440 },
  close_min: { kind: 'int', max: 1440 },
};

export const PlaceHoursInput: Shape = {
  weekday: { kind: 'int', must: true, max: 6 },
  open_min: { kind: 'int', must: true, max: 1439 },
  close_min: { kind: 'int', must: true, min: 1, max: 1440 },
};

export const PlaceInput: Shape = {
  id: { kind: 'id' },
  region_id: { kind: 'id', must: true },
  kind: { kind: 'enum', must: true, words: ['shop', 'warehouse', 'pickup', 'transit'] },
  code: { kind: 'text', must: true, max: 40 },
  name: { kind: 'text', must: true, max: 200 },
  city: { kind: 'text', max: 100 },
  address: { kind: 'text', max: 300 },
  phone: { kind: 'text', max: 40 },
  lat_e6: { kind: 'int', min: -90000000, max: 90000000 },
  lon_e6: { kind: 'int', min: -180000000, max: 180000000 },
  utc_offset_min: { kind: 'int', must: true, min: -720, max: 840 },
  active: { kind: 'bool', must: true },
  can_pickup: { kind: 'bool' },
  can_reserve: { kind: 'bool' },
  can_ship: { kind: 'bool' },
  hours: { kind: 'list', max: 28, of: () => PlaceHoursInput },
};

export const PreferenceChange: Shape = {
  token: { kind: 'secret', must: true, max: 100 },
  items: { kind: 'list', must: true, max: 16, of: () => ConsentSaid },
  text_version: { kind: 'text', max: 20 },
};

export const PriceInput: Shape = {
  list_id: { kind: 'id', must: true },
  variant_id: { kind: 'id', must: true },
  from_at: { kind: 'time' },
  to_at: { kind: 'time' },
  price_minor: { kind: 'int', must: true, max: 100000000000 },
  old_minor: { kind: 'int', max: 100000000000 },
};

export const PriceListInput: Shape = {
  id: { kind: 'id' },
  code: { kind: 'text', must: true, max: 60 },
  name: { kind: 'text', max: 200 },
  region_id: { kind: 'id' },
  channel: { kind: 'enum', words: ['site', 'shop', 'app', 'phone', 'messenger', 'marketplace'] },
  priority: { kind: 'int', min: -1000000, max: 1000000 },
  price_type: { kind: 'text', max: 100 },
};

export const PricesInput: Shape = {
  items: { kind: 'list', must: true, max: 1000, of: () => PriceInput },
};

export const PrivacyHoldNew: Shape = {
  kind: { kind: 'enum', must: true, words: ['claim', 'court', 'regulator'] },
  why: { kind: 'text', must: true, max: 500 },
  until_at: { kind: 'time', must: true },
};

export const PrivacyRequestNew: Shape = {
  kind: { kind: 'enum', must: true, words: ['access', 'erasure'] },
};

export const PrivacyTermChange: Shape = {
  days: { kind: 'int', must: true, min: 1, max: 36500 },
  counted: { kind: 'int' },
};

export const ProductInput: Shape = {
  id: { kind: 'id' },
  category_id: { kind: 'id', must: true },
  brand_id: { kind: 'id' },
  name: { kind: 'text', must: true, max: 300 },
  name_en: { kind: 'text', max: 300 },
  slug: { kind: 'text', max: 100 },
  description: { kind: 'text', max: 20000 },
  model: { kind: 'text', max: 100 },
  vat_code: { kind: 'text', max: 40 },
  vat_bp: { kind: 'int', max: 10000 },
  warranty_days: { kind: 'int', max: 36500 },
  active: { kind: 'bool', must: true },
  complex_goods: { kind: 'bool' },
  popularity: { kind: 'int', max: 1000000000 },
  specs: { kind: 'list', max: 300, of: () => SpecValueInput },
  images: { kind: 'list', max: 50, each: { kind: 'text' } },
};

export const ReceiptLine: Shape = {
  variant_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, min: 1, max: 1000000 },
  serials: { kind: 'list', max: 1000, each: { kind: 'text' } },
};

export const RegionInput: Shape = {
  id: { kind: 'id' },
  code: { kind: 'text', must: true, max: 40 },
  name: { kind: 'text', must: true, max: 200 },
  utc_offset_min: { kind: 'int', must: true, min: -720, max: 840 },
  digital_level: { kind: 'int', max: 100 },
  delivery_fee_minor: { kind: 'int', max: 100000000 },
  delivery_free_from_minor: { kind: 'int', max: 1000000000000 },
};

export const ReturnLineNew: Shape = {
  line_no: { kind: 'int', must: true, min: 1, max: 200 },
  qty: { kind: 'int', must: true, min: 1, max: 999 },
  condition: { kind: 'enum', must: true, words: ['sellable', 'defective'] },
  serial: { kind: 'text', max: 64 },
};

export const ReturnNew: Shape = {
  place_id: { kind: 'id', must: true },
  reason: { kind: 'enum', must: true, words: ['not_liked', 'defect', 'wrong'] },
  why: { kind: 'text', max: 1000 },
  allow: { kind: 'bool' },
  lines: { kind: 'list', must: true, max: 200, of: () => ReturnLineNew },
  refunds: { kind: 'list', max: 10, of: () => ReturnRefund },
};

export const ReturnRefund: Shape = {
  kind: { kind: 'enum', must: true, words: ['none', 'on_pickup', 'card', 'cash'] },
  amount_minor: { kind: 'int', must: true, min: 1, max: 1000000000000000 },
};

export const SegmentDid: Shape = {
  what: { kind: 'enum', must: true, words: ['order', 'return', 'event'] },
  event: { kind: 'text', max: 200 },
  category_ids: { kind: 'list', max: 100, each: { kind: 'id' } },
  place_ids: { kind: 'list', max: 100, each: { kind: 'id' } },
  channel: { kind: 'enum', words: ['site', 'shop', 'app', 'phone', 'messenger', 'marketplace'] },
  days: { kind: 'int', min: 1, max: 1825 },
};

export const SegmentEdit: Shape = {
  name: { kind: 'text', must: true, max: 200 },
  about: { kind: 'text', max: 2000 },
  rule: { kind: 'object', of: () => SegmentRule, must: true },
};

export const SegmentRule: Shape = {
  kind: { kind: 'enum', must: true, words: ['all', 'any', 'none', 'trait', 'did', 'sequence', 'tag', 'consent'] },
  of: { kind: 'list', max: 60, of: () => SegmentRule },
  trait: { kind: 'text', max: 64 },
  from: { kind: 'int', min: -9223372036854776000, max: 9223372036854776000 },
  to: { kind: 'int', min: -9223372036854776000, max: 9223372036854776000 },
  ids: { kind: 'list', max: 100, each: { kind: 'id' } },
  words: { kind: 'list', max: 100, each: { kind: 'text' } },
  did: { kind: 'object', of: () => SegmentDid },
  then: { kind: 'object', of: () => SegmentDid },
  sum_from: { kind: 'int', max: 9223372036854776000 },
  sum_to: { kind: 'int', max: 9223372036854776000 },
  within_days: { kind: 'int', min: 1, max: 365 },
  happened: { kind: 'bool' },
};

export const SegmentRuleAsk: Shape = {
  rule: { kind: 'object', of: () => SegmentRule, must: true },
};

export const SegmentSnapshotNew: Shape = {
  name: { kind: 'text', must: true, max: 200 },
};

export const SettingChange: Shape = {
  value: { kind: 'text', max: 4096 },
  place_id: { kind: 'id' },
  region_id: { kind: 'id' },
};

export const SpecInput: Shape = {
  id: { kind: 'id' },
  code: { kind: 'text', must: true, max: 60 },
  name: { kind: 'text', must: true, max: 100 },
  name_en: { kind: 'text', max: 100 },
  unit: { kind: 'text', max: 20 },
  kind: { kind: 'enum', must: true, words: ['text', 'number', 'bool', 'word'] },
  facet: { kind: 'bool' },
  compare: { kind: 'bool' },
  sort: { kind: 'int', max: 1000000 },
  section: { kind: 'text', max: 100 },
  section_en: { kind: 'text', max: 100 },
  better: { kind: 'enum', words: ['neither', 'more', 'less'] },
};

export const SpecValueInput: Shape = {
  spec_id: { kind: 'id', must: true },
  text: { kind: 'text', must: true, max: 500 },
  number: { kind: 'real' },
};

export const StaffAccountChange: Shape = {
  name: { kind: 'text', must: true, max: 200 },
  active: { kind: 'bool', must: true },
  roles: { kind: 'list', must: true, max: 512, of: () => StaffRoleAtInput },
};

export const StaffAccountNew: Shape = {
  login: { kind: 'text', must: true, max: 64 },
  name: { kind: 'text', must: true, max: 200 },
  password: { kind: 'secret', must: true, max: 256 },
  roles: { kind: 'list', must: true, max: 512, of: () => StaffRoleAtInput },
};

export const StaffKeyNew: Shape = {
  name: { kind: 'text', must: true, max: 200 },
  rights: { kind: 'list', must: true, max: 64, each: { kind: 'text' } },
  place_id: { kind: 'id' },
  until_at: { kind: 'time' },
};

export const StaffLogin: Shape = {
  login: { kind: 'text', must: true, max: 64 },
  password: { kind: 'secret', must: true, max: 256 },
};

export const StaffOwnPassword: Shape = {
  old: { kind: 'secret', must: true, max: 256 },
  password: { kind: 'secret', must: true, max: 256 },
};

export const StaffPassword: Shape = {
  password: { kind: 'secret', must: true, max: 256 },
};

export const StaffPlace: Shape = {
  place_id: { kind: 'id' },
};

export const StaffRoleAtInput: Shape = {
  role: { kind: 'text', must: true, max: 64 },
  place_id: { kind: 'id' },
};

export const StaffRoleChange: Shape = {
  name_ru: { kind: 'text', must: true, max: 200 },
  name_en: { kind: 'text', must: true, max: 200 },
  rights: { kind: 'list', must: true, max: 64, each: { kind: 'text' } },
};

export const StaffRoleNew: Shape = {
  code: { kind: 'text', must: true, max: 64 },
  name_ru: { kind: 'text', must: true, max: 200 },
  name_en: { kind: 'text', must: true, max: 200 },
  rights: { kind: 'list', must: true, max: 64, each: { kind: 'text' } },
};

export const StockAdjust: Shape = {
  place_id: { kind: 'id', must: true },
  variant_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, min: -1000000, max: 1000000 },
  reason: { kind: 'enum', must: true, words: ['adjust', 'loss'] },
  serial: { kind: 'text', max: 64 },
  comment: { kind: 'text', must: true, max: 300 },
};

export const StockAsideEnd: Shape = {
  how: { kind: 'enum', must: true, words: ['shelf', 'written_off', 'service'] },
  why: { kind: 'text', max: 300 },
};

export const StockCountNew: Shape = {
  place_id: { kind: 'id', must: true },
  whole: { kind: 'bool' },
  comment: { kind: 'text', max: 300 },
};

export const StockCountPut: Shape = {
  lines: { kind: 'list', must: true, of: () => CountSaid },
};

export const StockIncoming: Shape = {
  place_id: { kind: 'id', must: true },
  variant_id: { kind: 'id', must: true },
  doc_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, max: 1000000 },
  due_at: { kind: 'time', must: true },
};

export const StockReceipt: Shape = {
  place_id: { kind: 'id', must: true },
  doc_id: { kind: 'id' },
  lines: { kind: 'list', must: true, of: () => ReceiptLine },
};

export const StockShelfPut: Shape = {
  place_id: { kind: 'id', must: true },
  dry: { kind: 'bool' },
  lines: { kind: 'list', must: true, max: 1000, of: () => StockSpotInput },
};

export const StockSourceSla: Shape = {
  sla_min: { kind: 'int', max: 10080 },
};

export const StockSpotInput: Shape = {
  variant_id: { kind: 'id' },
  sku: { kind: 'text', max: 100 },
  name: { kind: 'text', max: 500 },
  aisle: { kind: 'text', must: true, max: 20 },
  shelf: { kind: 'text', max: 20 },
};

export const TagsInput: Shape = {
  tags: { kind: 'list', must: true, max: 20, each: { kind: 'text' } },
};

export const TaskEdit: Shape = {
  body: { kind: 'text', max: 8000 },
  due_at: { kind: 'time' },
};

export const TaskNew: Shape = {
  body: { kind: 'text', must: true, max: 8000 },
  place_id: { kind: 'id' },
  owner_id: { kind: 'id' },
  due_at: { kind: 'time' },
  subject_kind: { kind: 'text', max: 32 },
  subject_id: { kind: 'id' },
};

export const TaskNote: Shape = {
  note: { kind: 'text', max: 4000 },
};

export const TaskOwner: Shape = {
  owner_id: { kind: 'id', must: true },
};

export const TillChange: Shape = {
  name: { kind: 'text', max: 200 },
  offline: { kind: 'int', max: 1 },
  closed: { kind: 'int', max: 1 },
};

export const TillFrom: Shape = {
  after_id: { kind: 'id' },
};

export const TillGoodsAsk: Shape = {
  after_id: { kind: 'id' },
  have: { kind: 'list', max: 1000, of: () => TillHave },
};

export const TillHave: Shape = {
  upto_id: { kind: 'id', must: true },
  digest: { kind: 'text', must: true, max: 32 },
};

export const TillLine: Shape = {
  variant_id: { kind: 'id', must: true },
  name: { kind: 'text', must: true, max: 500 },
  qty: { kind: 'int', must: true, min: 1, max: 999 },
  price_minor: { kind: 'int', must: true, max: 1000000000000 },
  vat_bp: { kind: 'int', must: true, max: 10000 },
  serial: { kind: 'text', max: 64 },
};

export const TillNew: Shape = {
  place_id: { kind: 'id', must: true },
  name: { kind: 'text', must: true, max: 200 },
  offline: { kind: 'bool' },
};

export const TillPayment: Shape = {
  kind: { kind: 'enum', must: true, words: ['none', 'on_pickup', 'card', 'cash'] },
  amount_minor: { kind: 'int', must: true, min: 1, max: 1000000000000000 },
  ref: { kind: 'text', max: 100 },
};

export const TillPinNew: Shape = {
  password: { kind: 'secret', must: true, max: 256 },
  pin: { kind: 'secret', must: true, max: 12 },
};

export const TillSale: Shape = {
  seq: { kind: 'int', must: true, min: 1, max: 1000000000000 },
  key: { kind: 'text', must: true, max: 64 },
  happened: { kind: 'bool', must: true },
  at: { kind: 'time', must: true },
  sent_at: { kind: 'time', must: true },
  offline_ms: { kind: 'int' },
  staff_id: { kind: 'id', must: true },
  receipt: { kind: 'text', max: 40 },
  customer_id: { kind: 'id' },
  phone: { kind: 'text', max: 40 },
  card: { kind: 'text', max: 40 },
  email: { kind: 'text', max: 254 },
  lines: { kind: 'list', must: true, max: 200, of: () => TillLine },
  payments: { kind: 'list', max: 10, of: () => TillPayment },
};

export const TrackMemberInput: Shape = {
  name: { kind: 'text', must: true, max: 200 },
  type: { kind: 'enum', words: ['any', 'text', 'number', 'whole', 'bool', 'object', 'list'] },
  must: { kind: 'bool' },
  doc: { kind: 'text', max: 500 },
  old: { kind: 'bool' },
};

export const TrackPlanEdit: Shape = {
  id: { kind: 'id' },
  kind: { kind: 'enum', must: true, words: ['track', 'identify', 'page', 'screen', 'group', 'alias'] },
  name: { kind: 'text', max: 200 },
  doc: { kind: 'text', max: 500 },
  open: { kind: 'bool' },
  old: { kind: 'bool' },
  members: { kind: 'list', max: 300, of: () => TrackMemberInput },
  version: { kind: 'int' },
  changed_at: { kind: 'time' },
};

export const TrackPlanImport: Shape = {
  items: { kind: 'list', must: true, max: 1000, of: () => TrackPlanEdit },
};

export const TrackReplay: Shape = {
  after: { kind: 'int', must: true, max: 9223372036854776000 },
};

export const TrackSourceEdit: Shape = {
  name: { kind: 'text', must: true, max: 100 },
  channel: { kind: 'enum', must: true, words: ['site', 'app', 'till', 'messenger', 'server', 'other'] },
  per_second: { kind: 'int', max: 1000000 },
  active: { kind: 'bool' },
};

export const TrackSourceNew: Shape = {
  name: { kind: 'text', must: true, max: 100 },
  channel: { kind: 'enum', must: true, words: ['site', 'app', 'till', 'messenger', 'server', 'other'] },
  per_second: { kind: 'int', max: 1000000 },
};

export const TransferGot: Shape = {
  lines: { kind: 'list', of: () => TransferLineInput },
};

export const TransferLineInput: Shape = {
  variant_id: { kind: 'id', must: true },
  qty: { kind: 'int', must: true, max: 1000000 },
  got_qty: { kind: 'int', max: 1000000 },
  differs: { kind: 'int', min: -1000000, max: 1000000 },
  serials: { kind: 'list', max: 1000, each: { kind: 'text' } },
  lost: { kind: 'list', max: 1000, each: { kind: 'text' } },
};

export const TransferNew: Shape = {
  place_id: { kind: 'id', must: true },
  to_place_id: { kind: 'id', must: true },
  comment: { kind: 'text', max: 300 },
  lines: { kind: 'list', must: true, of: () => TransferLineInput },
};

export const TransferSend: Shape = {
  due_at: { kind: 'time' },
  lines: { kind: 'list', of: () => TransferLineInput },
};

export const UnitPass: Shape = {
  customer_id: { kind: 'id' },
  phone: { kind: 'text', max: 40 },
  name: { kind: 'text', max: 200 },
  receipt: { kind: 'text', max: 40 },
  why: { kind: 'text', max: 900 },
};

export const UnitTradeIn: Shape = {
  place_id: { kind: 'id', must: true },
  why: { kind: 'text', max: 1000 },
};

export const VariantInput: Shape = {
  id: { kind: 'id' },
  product_id: { kind: 'id', must: true },
  sku: { kind: 'text', must: true, max: 64 },
  name: { kind: 'text', max: 200 },
  unit_tracked: { kind: 'bool' },
  active: { kind: 'bool', must: true },
  weight_g: { kind: 'int', max: 1000000000 },
  barcodes: { kind: 'list', max: 20, each: { kind: 'text' } },
};

export const VatRateInput: Shape = {
  code: { kind: 'text', must: true, max: 40 },
  from_at: { kind: 'time', must: true },
  rate_bp: { kind: 'int', must: true, max: 10000 },
};

export const ViewEdit: Shape = {
  screen: { kind: 'text', must: true, max: 64 },
  name: { kind: 'text', must: true, max: 100 },
  query: { kind: 'text', max: 2000 },
  columns: { kind: 'text', max: 1000 },
  is_default: { kind: 'bool' },
};

export const WebhookEdit: Shape = {
  name: { kind: 'text', must: true, max: 100 },
  url: { kind: 'text', must: true, max: 2000 },
  events: { kind: 'list', must: true, max: 100, each: { kind: 'text' } },
  active: { kind: 'enum', words: ['false', 'true'] },
};

export const WhoseAsk: Shape = {
  text: { kind: 'text', must: true, max: 1048576 },
};
