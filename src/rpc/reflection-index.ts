import { type DescFile, type DescMessage, type DescService, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/**
 * Finds the file that declares a name, among the files of some services and everything that they import. Names are
 * full names without a leading dot.
 */
export class ReflectionIndex {
  /** Full names of the services, sorted. */
  readonly serviceNames: readonly string[];
  readonly #files = new Map<string, DescFile>();
  readonly #symbols = new Map<string, DescFile>();
  readonly #extensions = new Map<string, Map<number, DescFile>>();
  readonly #messages = new Set<string>();
  readonly #encoded = new Map<DescFile, Uint8Array>();

  constructor(services: readonly DescService[]) {
    this.serviceNames = services.map((service) => service.typeName).toSorted();
    for (const service of services) {
      for (const file of withImports(service.file)) this.#add(file);
    }
  }

  /** @param name for example "v1/operations.proto" */
  file(name: string): DescFile | undefined {
    return this.#files.get(name);
  }

  /** @param name of a service, method, message, field, oneof, enum, enum value or extension */
  fileOfSymbol(name: string): DescFile | undefined {
    return this.#symbols.get(name);
  }

  fileOfExtension(extendee: string, number: number): DescFile | undefined {
    return this.#extensions.get(extendee)?.get(number);
  }

  /** Ascending; undefined when there is no message of that name. */
  extensionNumbers(extendee: string): readonly number[] | undefined {
    if (!this.#messages.has(extendee)) return undefined;
    return [...(this.#extensions.get(extendee)?.keys() ?? [])].toSorted((a, b) => a - b);
  }

  /** The bytes of the file's `google.protobuf.FileDescriptorProto`. */
  encoded(file: DescFile): Uint8Array {
    let bytes = this.#encoded.get(file);
    if (bytes === undefined) {
      bytes = toBinary(FileDescriptorProtoSchema, file.proto);
      this.#encoded.set(file, bytes);
    }
    return bytes;
  }

  #add(file: DescFile): void {
    if (this.#files.has(file.proto.name)) return;
    this.#files.set(file.proto.name, file);
    for (const type of nestedTypes(file)) {
      this.#symbols.set(type.typeName, file);
      switch (type.kind) {
        case "message":
          this.#messages.add(type.typeName);
          this.#addNames(type.typeName, membersOf(type), file);
          break;
        case "enum":
          // The values of an enum are names of the scope around it, in every language that protobuf knows.
          this.#addNames(type.parent?.typeName ?? file.proto.package, type.values, file);
          break;
        case "service":
          this.#addNames(type.typeName, type.methods, file);
          break;
        case "extension": {
          const ofType = this.#extensions.get(type.extendee.typeName) ?? new Map<number, DescFile>();
          this.#extensions.set(type.extendee.typeName, ofType.set(type.number, file));
          break;
        }
      }
    }
  }

  #addNames(scope: string, members: readonly { readonly name: string }[], file: DescFile): void {
    for (const { name } of members) this.#symbols.set(scope === "" ? name : `${scope}.${name}`, file);
  }
}

/** The file and everything that it imports, itself first, each once. */
export function withImports(file: DescFile): ReadonlySet<DescFile> {
  const files = new Set([file]);
  // What is added during the iteration is visited by it.
  for (const { dependencies } of files) {
    for (const dependency of dependencies) files.add(dependency);
  }
  return files;
}

function membersOf(message: DescMessage): readonly { readonly name: string }[] {
  return [...message.fields, ...message.oneofs];
}
