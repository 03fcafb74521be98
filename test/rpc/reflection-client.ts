import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  ServerReflection,
  ServerReflectionRequestSchema,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "../../gen/grpc/reflection/v1/reflection_pb.js";

type Asked = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;

export function request(messageRequest: Asked): ServerReflectionRequest {
  return create(ServerReflectionRequestSchema, { host: "the-host", messageRequest });
}

/** Asks one question after another on one stream. */
export async function ask(url: string, ...questions: Asked[]): Promise<ServerReflectionResponse[]> {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: url, idleConnectionTimeoutMs: 100 }));
  const answers: ServerReflectionResponse[] = [];
  for await (const answer of client.serverReflectionInfo(each(questions.map(request)))) answers.push(answer);
  return answers;
}

/** The encoded files of an answer; fails with the error that came instead. */
export function filesOf(answer: ServerReflectionResponse | undefined): Uint8Array[] {
  const response = answer?.messageResponse;
  if (response?.case !== "fileDescriptorResponse") {
    throw new Error(`expected files, not ${response?.case}: ${JSON.stringify(response?.value)}`);
  }
  return response.value.fileDescriptorProto;
}

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
