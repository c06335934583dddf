import { z } from 'zod';
import { AnyOption, Confirm, chars, OptionGroup, OverflowOption, PlainOption, plainText } from './block-kit-objects.ts';

// Limits: https://docs.slack.dev/reference/block-kit/block-elements

const actionId = chars(255).optional();
const placeholder = plainText(150).optional();
const focus = z.boolean().optional();

/** Every select and picker has these. */
const common = { action_id: actionId, confirm: Confirm.optional(), focus_on_load: focus };
const picker = { ...common, placeholder };
const several = { ...picker, max_selected_items: z.number().int().min(1).optional() };

const filter = z
  .strictObject({
    include: z
      .array(z.enum(['im', 'mpim', 'private', 'public']))
      .min(1)
      .optional(),
    exclude_external_shared_channels: z.boolean().optional(),
    exclude_bot_users: z.boolean().optional(),
  })
  .optional();

const dispatch = z
  .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1) })
  .optional();

const typed = { action_id: actionId, placeholder, focus_on_load: focus, dispatch_action_config: dispatch };

const staticOptions = {
  options: z.array(PlainOption).min(1).max(100).optional(),
  option_groups: z.array(OptionGroup).min(1).max(100).optional(),
};
const oneOfOptions = (value: { options?: unknown; option_groups?: unknown }): boolean =>
  (value.options === undefined) !== (value.option_groups === undefined);
const oneOfMessage = 'exactly one of options and option_groups must be given';

export const Button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: actionId,
  value: chars(2000).optional(),
  url: chars(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: Confirm.optional(),
  accessibility_label: chars(75).optional(),
});

export const Image = z
  .strictObject({
    type: z.literal('image'),
    alt_text: chars(2000),
    image_url: chars(3000).optional(),
    slack_file: z.strictObject({ id: z.string().optional(), url: z.string().optional() }).optional(),
  })
  .refine(
    (image) => (image.image_url === undefined) !== (image.slack_file === undefined),
    'exactly one of image_url and slack_file must be given',
  );

const Overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: actionId,
  options: z.array(OverflowOption).min(2).max(5),
  confirm: Confirm.optional(),
});

const Checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...common,
  options: z.array(AnyOption).min(1).max(10),
  initial_options: z.array(AnyOption).min(1).max(10).optional(),
});

const RadioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...common,
  options: z.array(AnyOption).min(1).max(10),
  initial_option: AnyOption.optional(),
});

const StaticSelect = z
  .strictObject({ type: z.literal('static_select'), ...picker, ...staticOptions, initial_option: PlainOption.optional() })
  .refine(oneOfOptions, oneOfMessage);

const MultiStaticSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...several,
    ...staticOptions,
    initial_options: z.array(PlainOption).min(1).max(100).optional(),
  })
  .refine(oneOfOptions, oneOfMessage);

const minQuery = z.number().int().min(0).optional();

const ExternalSelect = z.strictObject({
  type: z.literal('external_select'),
  ...picker,
  initial_option: PlainOption.optional(),
  min_query_length: minQuery,
});

const MultiExternalSelect = z.strictObject({
  type: z.literal('multi_external_select'),
  ...several,
  initial_options: z.array(PlainOption).min(1).max(100).optional(),
  min_query_length: minQuery,
});

const conversation = { default_to_current_conversation: z.boolean().optional(), filter };
const answerable = { response_url_enabled: z.boolean().optional() };

const UsersSelect = z.strictObject({ type: z.literal('users_select'), ...picker, initial_user: z.string().optional() });
const MultiUsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  ...several,
  initial_users: z.array(z.string()).optional(),
});
const ConversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...picker,
  ...conversation,
  ...answerable,
  initial_conversation: z.string().optional(),
});
const MultiConversationsSelect = z.strictObject({
  type: z.literal('multi_conversations_select'),
  ...several,
  ...conversation,
  initial_conversations: z.array(z.string()).optional(),
});
const ChannelsSelect = z.strictObject({
  type: z.literal('channels_select'),
  ...picker,
  ...answerable,
  initial_channel: z.string().optional(),
});
const MultiChannelsSelect = z.strictObject({
  type: z.literal('multi_channels_select'),
  ...several,
  initial_channels: z.array(z.string()).optional(),
});

const Datepicker = z.strictObject({ type: z.literal('datepicker'), ...picker, initial_date: z.iso.date().optional() });
const Timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...picker,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
});
const DateTimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...common,
  initial_date_time: z.number().int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const textLength = z.number().int().min(0).max(3000).optional();

const PlainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...typed,
  initial_value: chars(3000, 0).optional(),
  multiline: z.boolean().optional(),
  min_length: textLength,
  max_length: textLength,
});
const EmailInput = z.strictObject({ type: z.literal('email_text_input'), ...typed, initial_value: z.string().optional() });
const UrlInput = z.strictObject({ type: z.literal('url_text_input'), ...typed, initial_value: z.string().optional() });
const NumberInput = z.strictObject({
  type: z.literal('number_input'),
  ...typed,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});

const chooseable = [
  Checkboxes,
  RadioButtons,
  StaticSelect,
  MultiStaticSelect,
  ExternalSelect,
  MultiExternalSelect,
  UsersSelect,
  MultiUsersSelect,
  ConversationsSelect,
  MultiConversationsSelect,
  ChannelsSelect,
  MultiChannelsSelect,
  Datepicker,
  Timepicker,
] as const;

export const ActionElement = z.discriminatedUnion('type', [Button, Overflow, DateTimepicker, ...chooseable]);
export const Accessory = z.discriminatedUnion('type', [Button, Overflow, Image, ...chooseable]);
export const InputElement = z.discriminatedUnion('type', [
  PlainTextInput,
  EmailInput,
  UrlInput,
  NumberInput,
  DateTimepicker,
  ...chooseable,
]);
