import { clone, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { isReflectMessage, reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { type RemoteConfig, RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { maskText } from "./secret-text.js";
import { type SecretKind, secretKind } from "./secrets.js";

/** A copy that may be shown: secrets are masked, and what this hub's contract does not know is left out. */
export function maskRemoteConfig(config: RemoteConfig): RemoteConfig {
  return maskSecrets(RemoteConfigSchema, config);
}

/** {@link maskRemoteConfig} for any message of the configuration. */
export function maskSecrets<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): MessageShape<Desc> {
  const copy = clone(schema, message);
  maskInPlace(reflect(schema, copy));
  return copy;
}

export function maskInPlace(message: ReflectMessage): void {
  // A newer Backrest may have secrets in fields that this contract cannot name.
  message.setUnknown([]);
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    switch (field.fieldKind) {
      case "message":
        maskInPlace(message.get(field));
        break;
      case "scalar": {
        const kind = secretKind(field);
        if (kind !== undefined) message.set(field, maskScalar(kind, message.get(field)));
        break;
      }
      case "list": {
        const list = message.get(field);
        const kind = field.listKind === "scalar" ? secretKind(field) : undefined;
        for (const [index, item] of [...list].entries()) {
          if (isReflectMessage(item)) maskInPlace(item);
          else if (kind !== undefined) list.set(index, maskScalar(kind, item));
        }
        break;
      }
      case "map": {
        const map = message.get(field);
        const kind = field.mapKind === "scalar" ? secretKind(field) : undefined;
        for (const [key, item] of [...map]) {
          if (isReflectMessage(item)) maskInPlace(item);
          else if (kind !== undefined) map.set(key, maskScalar(kind, item));
        }
        break;
      }
      case "enum":
        break;
    }
  }
}

/** Numbers and switches are no secrets; bytes are, when their field is one. */
function maskScalar(kind: SecretKind, value: unknown): unknown {
  if (typeof value === "string") return maskText(kind, value);
  return value instanceof Uint8Array ? new Uint8Array() : value;
}
