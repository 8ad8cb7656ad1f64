/* global SDK_VERSION_TEXT -- filled in by the build from Cargo.toml */

/** Version of this package. */
export const SDK_VERSION = typeof SDK_VERSION_TEXT === 'string' ? SDK_VERSION_TEXT : '0.0.0-source';
