"""The manifest of the Slack app, which organizers paste at Slack: what it may do, and where it sends to."""

_MANIFEST = """\
display_information: {{name: Assembly Week}}
features:
  app_home: {{home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true}}
  bot_user: {{display_name: Assembly}}
  slash_commands: [{{command: /assembly, description: Shifts and board, should_escape: true, url: {hook}}}]
oauth_config: {{scopes: {{bot: [commands, "chat:write", "users:read", "users:read.email"]}}}}
settings:
  event_subscriptions: {{request_url: {hook}, bot_events: [app_home_opened, app_uninstalled, tokens_revoked]}}
  interactivity: {{is_enabled: true, request_url: {hook}}}
"""


_SOCKET = """\
display_information: {name: Assembly Week}
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true}
  bot_user: {display_name: Assembly}
  slash_commands: [{command: /assembly, description: Shifts and board, should_escape: true}]
oauth_config: {scopes: {bot: [commands, "chat:write", "users:read", "users:read.email"]}}
settings:
  event_subscriptions: {bot_events: [app_home_opened, app_uninstalled, tokens_revoked]}
  interactivity: {is_enabled: true}
  socket_mode_enabled: true
"""


def text(hook: str) -> str:
    """The manifest in YAML, for an app that sends to this address."""
    return _MANIFEST.format(hook=hook)


def text_for_socket() -> str:
    """The manifest in YAML, for an app that sends over the socket that a server opens."""
    return _SOCKET
