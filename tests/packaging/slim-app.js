import * as sdk from 'skylinkjs/slim';

window.sdk = sdk;
