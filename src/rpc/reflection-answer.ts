import { create, type DescFile, type MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { type ReflectionIndex, withImports } from "./reflection-index.js";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/** Answers the requests of one stream, which remembers the imports that it has sent. */
export class ReflectionAnswers {
  readonly #index: ReflectionIndex;
  readonly #sent = new Set<DescFile>();

  constructor(index: ReflectionIndex) {
    this.#index = index;
  }

  /** Never throws: what cannot be answered becomes an `error_response`. */
  answer(request: ServerReflectionRequest): ServerReflectionResponse {
    return create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: this.#answer(request.messageRequest),
    });
  }

  #answer(asked: ServerReflectionRequest["messageRequest"]): Answer {
    const index = this.#index;
    switch (asked.case) {
      case "listServices": {
        const service = index.serviceNames.map((name) => ({ name }));
        return { case: "listServicesResponse", value: { service } };
      }
      case "fileByFilename":
        return this.#files(index.file(asked.value), `file ${asked.value}`);
      case "fileContainingSymbol":
        return this.#files(index.fileOfSymbol(asked.value), `symbol ${asked.value}`);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = asked.value;
        const file = index.fileOfExtension(containingType, extensionNumber);
        return this.#files(file, `extension ${extensionNumber} of ${containingType}`);
      }
      case "allExtensionNumbersOfType": {
        const numbers = index.extensionNumbers(asked.value);
        if (numbers === undefined) return notFound(`message ${asked.value}`);
        return {
          case: "allExtensionNumbersResponse",
          value: { baseTypeName: asked.value, extensionNumber: [...numbers] },
        };
      }
      default:
        return failed(
          Code.InvalidArgument,
          "this reflection request asks for nothing; set one field of message_request",
        );
    }
  }

  /** The file itself even if it was sent before, its imports only once a stream. */
  #files(file: DescFile | undefined, what: string): Answer {
    if (file === undefined) return notFound(what);
    const fresh = [...withImports(file)].filter((each) => each === file || !this.#sent.has(each));
    for (const each of fresh) this.#sent.add(each);
    const fileDescriptorProto = fresh.map((each) => this.#index.encoded(each));
    return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
  }
}

function notFound(what: string): Answer {
  return failed(Code.NotFound, `this server knows no ${what}; list_services names what it serves`);
}

function failed(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
