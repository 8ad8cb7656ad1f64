// An app as its author would write it; the tests play with what it imported.
import * as sdk from 'skylinkjs';

window.sdk = sdk;
