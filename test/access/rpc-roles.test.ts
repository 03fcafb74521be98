import { describe, expect, test } from "@jest/globals";
import { createConnectRouter } from "@connectrpc/connect";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { ROLES, reaches } from "../../src/access/roles.js";
import { assertRulesFit, RPC_RULES, ruleOf } from "../../src/access/rpc-roles.js";
import { SERVICES } from "../../src/rpc/routes.js";

describe("the table of rpcs", () => {
  test("ACC1: an rpc without a row, and a row without an rpc, are told by name", () => {
    const served = createConnectRouter()
      .service(Backrest, {})
      .service(Health, {})
      .handlers.map(({ method }) => method);
    const both = {
      "v1.Backrest": RPC_RULES["v1.Backrest"] ?? {},
      "grpc.health.v1.Health": RPC_RULES["grpc.health.v1.Health"] ?? {},
    };
    assertRulesFit(served, both);
    const { GetConfig: _, ...others } = both["v1.Backrest"];
    expect(() => assertRulesFit(served, { ...both, "v1.Backrest": others })).toThrow(
      "the rpc v1.Backrest/GetConfig has no row",
    );
    const row = { role: "viewer", change: false } as const;
    expect(() => assertRulesFit(served, { ...both, "v1.Gone": { Get: row } })).toThrow(
      "the row v1.Gone/Get has no rpc",
    );
    expect(() => assertRulesFit(served, {})).toThrow(/GetConfig.*Watch/);
  });

  test("ACC1: every rpc of every service has a row, and only unary ones are changes", () => {
    for (const method of SERVICES.flatMap(({ methods }) => methods)) {
      const { change } = ruleOf(method);
      expect([method.name, change && method.methodKind !== "unary"]).toEqual([method.name, false]);
    }
  });

  test("ACC2: Sync, login and how to, logout, health and reflection are open, and nothing else is", () => {
    const open = Object.entries(RPC_RULES).flatMap(([service, rows]) =>
      Object.entries(rows)
        .filter(([, { role }]) => role === "open")
        .map(([name]) => `${service}/${name}`),
    );
    expect(open).toEqual([
      "v1.Authentication/Login",
      "v1.Authentication/HashPassword",
      "v1sync.BackrestSyncService/Sync",
      "hub.v1.AccessService/GetSignIn",
      "hub.v1.AccessService/Login",
      "hub.v1.AccessService/Logout",
      "grpc.health.v1.Health/Check",
      "grpc.health.v1.Health/List",
      "grpc.health.v1.Health/Watch",
      "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ]);
  });

  test("ACC10: a viewer changes nothing but its own password, and users, tokens and the audit log are an admin's", () => {
    const rows = Object.values(RPC_RULES).flatMap((methods) => Object.values(methods));
    const own = RPC_RULES["hub.v1.AccessService"]?.["ChangePassword"];
    expect(rows.filter(({ role, change }) => change && (role === "viewer" || role === "open"))).toEqual([own]);
    const {
      GetSignIn: _how,
      Login: _in,
      Logout: _out,
      WhoAmI: _who,
      ChangePassword: _own,
      ...others
    } = RPC_RULES["hub.v1.AccessService"] ?? {};
    expect(new Set(Object.values(others).map(({ role }) => role))).toEqual(new Set(["admin"]));
  });

  test("ACC10: each role may do what the one before it may", () => {
    expect(ROLES.map((role) => ROLES.filter((needed) => reaches(role, needed)))).toEqual([
      ["viewer"],
      ["viewer", "operator"],
      ["viewer", "operator", "admin"],
    ]);
  });
});
