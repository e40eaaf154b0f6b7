#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gatewayctl/arguments.h"
#include "gatewayctl/completion_scripts.h"
#include "gatewayctl/help.h"
#include "shared/store/writer.h"
#include "tests/unit/gatewayctl/real_table.h"
#include "tests/unit/gatewayctl/screen.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway::ctl;

namespace {

struct Ran {
  int status;
  std::string out;
  std::string err;
};

Ran ran(const std::vector<std::string>& words) {
  Screen screen;
  const int status = dispatch(kCommands, words, screen.console);
  return {status, screen.out.str(), screen.err.str()};
}

}  // namespace

TEST_CASE("every command has a summary, an example of itself, and help that shows both") {
  for (const Command* command : kCommands) {
    CAPTURE(command->name);
    CHECK_FALSE(command->summary.empty());
    CHECK(command->example.starts_with("gatewayctl " + std::string(command->name)));
    const Ran help = ran({std::string(command->name), "--help"});
    CHECK(help.status == kDone);
    CHECK(help.out.find("Examples:\n  gatewayctl " + std::string(command->name)) !=
          std::string::npos);
    CHECK(help.err.empty());
    for (const Option& option : command->options) {
      CAPTURE(option.name);
      CHECK(option.name.starts_with("--"));
      CHECK_FALSE(option.help.empty());
      CHECK(help.out.find(option.name) != std::string::npos);
    }
  }
}

TEST_CASE("no two options of a command share a name or a letter") {
  for (const Command* command : kCommands) {
    std::set<std::string> seen;
    const auto once = [&](const Option& option) {
      CHECK(seen.emplace(option.name).second);
      if (option.letter) CHECK(seen.emplace(1, option.letter).second);
    };
    for (const Option& option : command->options) once(option);
    for (const Option& option : common_options()) once(option);
  }
}

TEST_CASE("the examples of the help are command lines that parse") {
  for (const Command* command : kCommands) {
    std::istringstream lines{std::string(command->example)};
    for (std::string line; std::getline(lines, line);) {
      std::istringstream split(line.substr(0, line.find_first_of(">|")));
      std::vector<std::string> words;
      for (std::string word; split >> word;) words.push_back(word);
      CAPTURE(line);
      REQUIRE(words.size() >= 2);
      const auto shown = std::ranges::find(kCommands, words[1], &Command::name);
      REQUIRE(shown != std::ranges::end(kCommands));
      CHECK(parse_arguments(**shown, std::span(words).subspan(2)).ok());
    }
  }
}

TEST_CASE("every command stands in a group, and a group stands together") {
  std::set<std::string_view> seen;
  std::string_view group;
  for (const Command* command : kCommands) {
    CAPTURE(command->name);
    CHECK_FALSE(command->group.empty());
    if (command->group != group) CHECK(seen.insert(command->group).second);
    group = command->group;
  }
  const std::string overview = ran({"--help"}).out;
  for (const std::string_view heading : seen) {
    CHECK(overview.find("\n\n" + std::string(heading) + ":\n  ") != std::string::npos);
  }
}

TEST_CASE("an unknown command is answered with the nearest one") {
  const Ran mistyped = ran({"vlidate", "x.toml"});
  CHECK(mistyped.status == kUsage);
  CHECK(mistyped.out.empty());
  CHECK(mistyped.err ==
        "gatewayctl: there is no command \"vlidate\"; did you mean \"validate\"?\n"
        "Try: gatewayctl --help\n");
  const Ran strange = ran({"frobnicate\x1b[31m"});
  CHECK(strange.status == kUsage);
  CHECK(strange.err.find('\x1b') == std::string::npos);
  CHECK(strange.err.find("did you mean") == std::string::npos);
}

TEST_CASE("without a command there is the overview, as an error or as asked") {
  CHECK(ran({}).status == kUsage);
  CHECK(ran({}).out.empty());
  const Ran asked = ran({"--help"});
  CHECK(asked.status == kDone);
  for (const Command* command : kCommands) {
    CHECK(asked.out.find("\n  " + std::string(command->name) + " ") != std::string::npos);
  }
  CHECK(ran({"help", "logs"}).out == ran({"logs", "--help"}).out);
  CHECK(ran({"--version"}).out == ran({"version"}).out);
  CHECK(ran({"--socket", "/x"}).status == kUsage);
}

TEST_CASE("wrong command lines exit with 64 and leave stdout alone") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"status", "--nonsense"},
                                                {"status", "more"},
                                                {"validate"},
                                                {"validate", "a", "b"},
                                                {"logs", "--status", "zz"},
                                                {"logs", "-n", "0"},
                                                {"logs", "-n", "1000001"},
                                                {"logs", "--since", "soon"},
                                                {"logs", "--slower-than", "fast"},
                                                {"logs", "--slower-than", "2h"},
                                                {"logs", "-o", "yaml"},
                                                {"logs", "-n"},
                                                {"logs", "--follow=yes"},
                                                {"logs", "--kind", "threat"},
                                                {"logs", "--rule", "per-ip"},
                                                {"logs", "--action", "blocked"},
                                                {"logs", "--security", "--kind", "nonsense"},
                                                {"logs", "--security", "--action", "both"},
                                                {"logs", "--security", "--status", "404"},
                                                {"logs", "--security", "--service", "a"},
                                                {"logs", "--security", "-n", "0"},
                                                {"stats", "--by", "colour"},
                                                {"stats", "--since", "1h", "--until", "2h"},
                                                {"explain", "GET"},
                                                {"explain", "GET", "samples"},
                                                {"explain", "G T", "/"},
                                                {"explain", "GET", "/a b"},
                                                {"explain", "GET", "/\x1b[2J"},
                                                {"explain", "GET", "/", "-H", "X"},
                                                {"explain", "GET", "/", "-H", "X: \r\nY: z"},
                                                {"explain", "GET", "/", "--client", "localhost"},
                                                {"explain", "GET", "/", "--at", "soon"},
                                                {"explain", "GET", "/", "--role", "lab"},
                                                {"explain", "GET", "/", "--user", ""},
                                                {"hash-password", "secret"},
                                                {"hash-password", "--ln", "9"},
                                                {"hash-password", "--ln", "18"},
                                                {"hash-password", "--ln", "-1"},
                                                {"hash-password", "--ln", "15x"},
                                                {"audit", "-n", "0"},
                                                {"audit", "-n", "501"},
                                                {"audit", "--since", "soon"},
                                                {"audit", "root"},
                                                {"health", "a", "b"},
                                                {"health", "--history", "24h"},
                                                {"health", "a", "--history", "soon"},
                                                {"health", "a", "--history", "0s"},
                                                {"breaker"},
                                                {"breaker", "trip", "a"},
                                                {"breaker", "list", "a"},
                                                {"breaker", "reset"},
                                                {"breaker", "reset", "a", "--for", "1m"},
                                                {"breaker", "open", "a"},
                                                {"breaker", "open", "a", "--for", "999ms"},
                                                {"breaker", "open", "a", "--for", "31d"},
                                                {"breaker", "open", "a", "b", "--for", "1m"},
                                                {"test"},
                                                {"test", "a.toml", "--min-coverage", "101"},
                                                {"test", "a.toml", "-o", "csv"},
                                                {"top", "-o", "json"},
                                                {"top", "--every", "199ms"},
                                                {"top", "--every", "3601s"},
                                                {"top", "more"},
                                                {"completion", "tcsh"}}) {
    CAPTURE(words.size() > 1 ? words[1] : words[0]);
    const Ran wrong = ran(words);
    CHECK(wrong.status == kUsage);
    CHECK(wrong.out.empty());
    CHECK(wrong.err.find("\nTry: gatewayctl " + words[0] + " --help\n") != std::string::npos);
    CHECK(wrong.err.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("a daemon that is not there is 69, on the socket that option or environment names") {
  for (const char* command :
       {"status", "routes", "services", "health", "reload", "logs", "stats"}) {
    const Ran none = ran({"--socket", "/nonexistent/a.sock", command});
    CHECK(none.status == kUnreachable);
    CHECK(none.out.empty());
    CHECK(none.err.starts_with("gatewayctl " + std::string(command) +
                               ": cannot reach gatewayd at /nonexistent/a.sock: "));
  }
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"health", "a", "--history", "24h"},
        {"breaker", "list"},
        {"breaker", "reset", "a"},
        {"breaker", "open", "a", "--for", "30d", "--reason", "moving"}}) {
    std::vector<std::string> all = {"--socket", "/nonexistent/a.sock"};
    all.insert(all.end(), words.begin(), words.end());
    CHECK(ran(all).status == kUnreachable);
  }
  Screen screen;
  screen.environment["GATEWAYD_SOCKET"] = "/nonexistent/b.sock";
  CHECK(dispatch(kCommands, {"status"}, screen.console) == kUnreachable);
  CHECK(screen.err.str().find("/nonexistent/b.sock") != std::string::npos);
}

TEST_CASE("explain asks the daemon, or reads a file that has to be right") {
  const Ran none = ran({"--socket", "/nonexistent/a.sock", "explain", "GET", "/"});
  CHECK(none.status == kUnreachable);
  const Ran missing = ran({"explain", "GET", "/", "--config", "/nonexistent/gatewayd.toml"});
  CHECK(missing.status == kBadConfig);
  CHECK(missing.out.empty());
  CHECK(missing.err.starts_with("error[unreadable-file]: "));

  const Scratch scratch;
  const std::string path = scratch.path() + ".toml";
  std::ofstream(path) << "[listeners.public]\naddress = \"127.0.0.1:0\"\n[services.a]\n"
                         "instances = [\"http://127.0.0.1:9\"]\n[limits.one]\nkey = [\"ip\"]\n"
                         "limit = 1\nwindow = \"1h\"\n[auth.jwt]\nalgorithms = [\"RS256\"]\n"
                         "public_key_file = \"missing.pem\"\n[routes.all]\npath = \"/*\"\n"
                         "service = \"a\"\nauth = [\"jwt\"]\nlimits = [\"one\"]\n";
  const std::vector<std::string> words = {"explain", "GET", "/x?y=1", "--config", path};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    return ran(more);
  };
  const Ran found = with({"--user", "u-17", "--at", "2026-01-02"});
  CAPTURE(found.err);
  CHECK(found.status == kDone);
  CHECK(found.out ==
        "route      all              /*            " + path +
            ":12\n"
            "limit      one              ip 127.0.0.1  0 of 1 used, window ends in 60m\n"
            "auth       assumed          sub=u-17\n"
            "service    a                1 instance\n"
            "would send GET /x?y=1 to http://127.0.0.1:9\n");
  CHECK(found.err.find("note: the counters of limits start empty\n") != std::string::npos);
  CHECK(found.err.find("note: not at hand: auth.jwt.public_key_file: ") != std::string::npos);
  const Ran token = with({"-H", "Authorization: Bearer a.b.c"});
  CHECK(token.status == kDone);
  CHECK(token.out.ends_with("not known: the keys of auth.jwt are not at hand\n"));
  CHECK(with({"-o", "json"}).out.find("\"outcome\": \"answer\"") != std::string::npos);
  std::filesystem::remove(path);
}

TEST_CASE("a database that is not there is an error that names it") {
  const Ran none = ran({"logs", "--db", "/nonexistent/log.db"});
  CHECK(none.status == kFailed);
  CHECK(none.err.find("/nonexistent/log.db") != std::string::npos);
}

TEST_CASE("security events are asked of the daemon, or read from the file and filtered") {
  CHECK(ran({"--socket", "/nonexistent/a.sock", "logs", "--security"}).status == kUnreachable);
  const Scratch scratch;
  auto writer = gateway::store::Writer::open(scratch.path());
  REQUIRE(writer.ok());
  gateway::store::SecurityRow event;
  event.time = Screen::kNow - 1'000'000;
  event.kind = gateway::Decider::rate_limited;
  event.client = "203.0.113.9";
  REQUIRE((*writer)->begin(Screen::kNow));
  for (const char* rule : {"per-ip", "per-user"}) {
    event.rule = rule;
    REQUIRE((*writer)->append_events({&event, 1}));
  }
  REQUIRE((*writer)->commit());
  const std::vector<std::string> all = {"logs", "--security", "--db", scratch.path()};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), all.begin(), all.end());
    return ran(more);
  };
  const Ran both = ran(all);
  CHECK(both.status == kDone);
  CHECK(both.out.find("per-ip") < both.out.find("per-user"));  // oldest first
  CHECK(both.out.starts_with("2026-01-02T03:04:04.000Z  blocked   rate-limited  per-ip"));
  CHECK(with({"-n", "1"}).out.find("per-ip") == std::string::npos);
  CHECK(with({"--rule", "per-ip"}).out.find("per-user") == std::string::npos);
  CHECK(with({"--kind", "threat"}).out.empty());
  CHECK(with({"--kind", "threat"}).err == "no security event matches\n");
  CHECK(with({"--action", "observed"}).out.empty());
  CHECK(with({"--since", "1h", "--client", "203.0.113.9", "--grep", "USER"}).out.find("per-user") !=
        std::string::npos);
  CHECK(with({"-o", "csv"}).out.starts_with("time,id,kind,rule,action,count,"));
  CHECK(with({"-o", "json"}).out.find("\"rule\": \"per-ip\"") != std::string::npos);
}

TEST_CASE("version prints both forms") {
  CHECK(ran({"version"}).out == "gatewayctl " GATEWAYD_VERSION "\n");
  CHECK(ran({"version", "-o", "json"}).out ==
        "{\n  \"format\": 1,\n  \"version\": \"" GATEWAYD_VERSION "\"\n}\n");
}

TEST_CASE("options are read in every usual spelling") {
  const std::vector<std::string> words = {"-fn5", "--since=24h", "--path", "-x", "-o", "csv"};
  const auto arguments = parse_arguments(kLogs, words);
  REQUIRE(arguments.ok());
  std::string given;
  for (const auto& [option, value] : arguments->given) {
    given += std::string(option->name) + "=" + value + " ";
  }
  CHECK(given == "--follow= --lines=5 --since=24h --path=-x --output=csv ");
  const std::vector<std::string> after_dashes = {"--", "--strict"};
  const auto file = parse_arguments(kValidate, after_dashes);
  REQUIRE(file.ok());
  CHECK(file->operands == std::vector<std::string>{"--strict"});
}

TEST_CASE("completion knows every command and option") {
  for (const std::string& script :
       {bash_script(kCommands), zsh_script(kCommands), fish_script(kCommands)}) {
    for (const Command* command : kCommands) {
      CHECK(script.find(command->name) != std::string::npos);
      for (const Option& option : command->options) {
        CHECK(script.find(option.name.substr(2)) != std::string::npos);
      }
    }
  }
}

TEST_CASE("completion offers what each operand may be") {
  CHECK(bash_script(kCommands).find("compgen -W \"list reset open $(gatewayctl breaker list -o "
                                    "names ${socket[@]} 2>/dev/null)\"") != std::string::npos);
  CHECK(zsh_script(kCommands).find(
            "':ACTION:(list reset open)' '::SERVICE:_gatewayctl_breakers'") != std::string::npos);
  CHECK(zsh_script(kCommands).find("':SHELL:(bash zsh fish)'") != std::string::npos);
  CHECK(zsh_script(kCommands).find("':FILE:_files'") != std::string::npos);
  CHECK(zsh_script(kCommands).find("'*:FILE:_files'") != std::string::npos);
  CHECK(fish_script(kCommands).find("-a 'list reset open (gatewayctl breaker list -o names "
                                    "(__gatewayctl_socket) 2>/dev/null)'") != std::string::npos);
}

TEST_CASE("an operand in brackets may be left out, one before it may not") {
  const std::vector<std::string> none;
  CHECK(parse_arguments(kHealth, none).ok());
  CHECK_FALSE(parse_arguments(kBreaker, none).ok());
  const std::vector<std::string> one = {"list"};
  CHECK(parse_arguments(kBreaker, one).ok());
  const std::vector<std::string> three = {"reset", "a", "b"};
  CHECK_FALSE(parse_arguments(kBreaker, three).ok());
}

TEST_CASE("an operand with dots may be given any number of times, but once at least") {
  const std::vector<std::string> none;
  CHECK_FALSE(parse_arguments(kTest, none).ok());
  const std::vector<std::string> three = {"a", "b", "--config", "c", "d"};
  const auto parsed = parse_arguments(kTest, three);
  REQUIRE(parsed.ok());
  CHECK(parsed->operands == std::vector<std::string>{"a", "b", "d"});
}

TEST_CASE("an option that is not there is answered with the nearest, by every command") {
  for (const Command* command : kCommands) {
    const Ran wrong = ran({std::string(command->name), "--ouput", "json"});
    CAPTURE(command->name);
    CHECK(wrong.status == kUsage);
    CHECK(wrong.err.find("there is no option --ouput; did you mean \"--output\"?") !=
          std::string::npos);
  }
}

TEST_CASE("every command has a man page that tells of its operands and options") {
  for (const Command* command : kCommands) {
    CAPTURE(command->name);
    const Ran page = ran({std::string(command->name), "--help", "-o", "man"});
    CHECK(page.status == kDone);
    CHECK(page.err.empty());
    CHECK(page.out.starts_with(".Dd "));
    std::string text = page.out;
    for (std::size_t at; (at = text.find("\\-")) != std::string::npos;) text.replace(at, 2, "-");
    CHECK(text.find("\n.Nm gatewayctl-" + std::string(command->name) + "\n") != std::string::npos);
    CHECK(text.find("\n.\\\" more\n") != std::string::npos);
    const auto told = [&](const Option& option) {
      CAPTURE(option.name);
      CHECK(text.find("Fl -" + std::string(option.name.substr(2))) != std::string::npos);
    };
    for (const Option& option : command->options) told(option);
    for (const Option& option : common_options()) told(option);
  }
}

TEST_CASE("the list of the man pages names every command") {
  const Ran list = ran({"-o", "man", "--help"});
  CHECK(list.status == kDone);
  for (const Command* command : kCommands) {
    std::string name(command->name);
    for (std::size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) {
      name.replace(at, 1, "\\-");
    }
    CHECK(list.out.find(".It Xr gatewayctl\\-" + name + " 1\n") != std::string::npos);
  }
}
