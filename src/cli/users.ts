import { toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Argument, type Command } from "commander";
import { ListUsersResponseSchema, type Role, type User, UserSchema } from "../../gen/hub/v1/access_pb.js";
import { HubError } from "../errors.js";
import { withAccess } from "./access-target.js";
import type { CliContext } from "./context.js";
import { addTargetOptions, type TargetOptions } from "./hub-connection.js";
import { ago, printJson, table } from "./output.js";
import { JSON_FORM } from "./peers.js";
import { type NewPassword, newPassword } from "./new-password.js";
import { roleName, roleNumber, roleOption } from "./role-option.js";

interface PasswordOptions extends TargetOptions {
  readonly passwordStdin?: boolean;
}

export function usersCommand(program: Command, context: CliContext): void {
  const users = program.command("users").description("Say which people may use the hub, and what they may do.");

  addTargetOptions(users.command("list"))
    .description("List the users and their roles.")
    .action(async (options: TargetOptions) => {
      const found = await withAccess(options, context, (access) => access.listUsers({}));
      if (options.json === true) printJson(context, toJson(ListUsersResponseSchema, found, JSON_FORM));
      else context.out(listing(found.users));
    });

  addPasswordOption(users.command("add"))
    .description("Add a user. Its password is asked for, or made and printed this once; on a stopped hub too.")
    .argument("<name>", "1 to 64 letters, digits and . _ @ + -")
    .addOption(roleOption())
    .action(async (name: string, options: PasswordOptions & { readonly role: Role }) => {
      const password = await newPassword(options, context);
      const { user } = await withAccess(options, context, (access) =>
        access.addUser({ name, role: options.role, password: password.text }),
      );
      report("added", user, options, context, password);
    });

  addTargetOptions(users.command("remove"))
    .description("Remove a user, and end what it has open.")
    .argument("<name>", "its name, from `users list`")
    .action(async (name: string, options: TargetOptions) => {
      const { user } = await withAccess(options, context, (access) => access.removeUser({ name }));
      report("removed", user, options, context);
    });

  addTargetOptions(users.command("set-role"))
    .description("Give a user another role.")
    .argument("<name>", "its name, from `users list`")
    .addArgument(new Argument("<role>", "viewer, operator or admin").argParser(roleNumber))
    .action(async (name: string, role: Role, options: TargetOptions) => {
      const { user } = await withAccess(options, context, (access) => access.setUserRole({ name, role }));
      report("changed", user, options, context);
    });

  addPasswordOption(users.command("set-password"))
    .description("Give a user another password, and end its sessions.")
    .argument("<name>", "its name, from `users list`")
    .action(async (name: string, options: PasswordOptions) => {
      const password = await newPassword(options, context);
      const { user } = await withAccess(options, context, (access) =>
        access.setUserPassword({ name, password: password.text }),
      );
      report("changed the password of", user, options, context, password);
    });
}

function addPasswordOption(command: Command): Command {
  return addTargetOptions(command).option("--password-stdin", "read the password from the standard input");
}

/** A password that was made goes to the standard output, alone. */
function report(
  what: string,
  user: User | undefined,
  options: TargetOptions,
  context: CliContext,
  password?: NewPassword,
): void {
  if (user === undefined) throw new HubError("internal", "the hub did not say what became of the user");
  const made = password?.made === true ? { password: password.text } : {};
  if (options.json === true) {
    printJson(context, { user: toJson(UserSchema, user, JSON_FORM), ...made });
    return;
  }
  const line = `${what} ${user.name} (${roleName(user.role)})`;
  if (made.password === undefined) {
    context.out(`${line}\n`);
    return;
  }
  context.out(`${made.password}\n`);
  context.err(`${line}; the password is shown this once\n`);
}

function listing(users: readonly User[]): string {
  if (users.length === 0) return "no users yet; only the admin token opens the hub\n";
  return table(
    ["NAME", "ROLE", "ADDED", "BY"],
    users.map((user) => [
      user.name,
      roleName(user.role),
      ago(user.createdAt === undefined ? undefined : timestampMs(user.createdAt)),
      user.createdBy,
    ]),
  );
}
