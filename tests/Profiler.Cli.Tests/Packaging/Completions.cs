using System.Globalization;
using System.Text;

namespace Profiler.Cli.Tests.Packaging;

/// <summary>The completions for bash, zsh and fish, from the table that the help is made of.</summary>
internal static class Completions
{
    private const string Origin = "# Made of the usage table by CompletionTests.cs in tests/Profiler.Cli.Tests: UPDATE_GOLDEN=1 make unit";

    public static string Bash(UsageCommand[] all)
    {
        var text = new StringBuilder();
        text.Append($$"""
            # bash completion for vfioscope
            {{Origin}}

            _vfioscope() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words='' i
                # --format=json is three words.
                if [[ $word == = ]]; then word=''; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
                COMPREPLY=()
                if (( COMP_CWORD == 1 )); then
                    mapfile -t COMPREPLY < <(compgen -W '{{Words(all.Skip(1).Select(c => c.Name).Concat(Names(all[0])))}}' -- "$word")
                    return
                fi
                for (( i = 2; i < COMP_CWORD; i++ )); do
                    # What comes after -- is another program's.
                    if [[ ${COMP_WORDS[i]} == -- ]]; then
                        if declare -F _command_offset >/dev/null; then _command_offset $(( i + 1 )); else mapfile -t COMPREPLY < <(compgen -c -f -- "$word"); fi
                        return
                    fi
                done
                case $command$previous in

            """);
        foreach (UsageCommand command in all.Skip(1))
        {
            foreach (UsageOption option in command.Options.Where(o => o.Value.Length > 0))
            {
                string pattern = string.Join('|', option.Names.Select(name => command.Name + name));
                text.Append(CultureInfo.InvariantCulture, $"        {pattern}) {BashValue(option)} ;;\n");
            }
        }
        text.Append("        *)\n            case $command in\n");
        foreach (UsageCommand command in all.Skip(1))
        {
            string words = command.Argument == Completed.Command ? Words(all.Skip(1).Select(c => c.Name).Concat(Names(command))) : Words(Names(command));
            text.Append(CultureInfo.InvariantCulture, $"                {command.Name}) words='{words}'");
            text.Append(command.Argument == Completed.File ? "; [[ $word == -* ]] || words=FILES ;;\n" : " ;;\n");
        }
        return text.Append("""
                        esac
                        ;;
                esac
                if [[ $words == FILES ]]; then
                    compopt -o filenames 2>/dev/null
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                else
                    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
                fi
            }
            complete -F _vfioscope vfioscope

            """).ToString();
    }

    public static string Zsh(UsageCommand[] all)
    {
        var text = new StringBuilder();
        text.Append($$"""
            #compdef vfioscope
            {{Origin}}

            _vfioscope() {
                local context state state_descr line
                typeset -A opt_args
                _arguments -C \
            {{string.Join("\n", all[0].Options.Select(o => $"        {ZshOption(o)} \\"))}}
                    '1: :->command' \
                    '*:: :->rest'
                case $state in
                    command)
                        local -a commands=(

            """);
        foreach (UsageCommand command in all.Skip(1))
            text.Append(CultureInfo.InvariantCulture, $"                {Quoted($"{command.Name}:{command.Description}")}\n");
        text.Append("""
                        )
                        _describe command commands
                        ;;
                    rest)
                        case $words[1] in

            """);
        foreach (UsageCommand command in all.Skip(1))
        {
            text.Append(CultureInfo.InvariantCulture, $"                {command.Name})\n                    _arguments -S \\\n");
            IEnumerable<string> lines = command.Options.Select(ZshOption);
            string? argument = command.Argument switch
            {
                Completed.File => "'*:recording:_files'",
                Completed.Program => "'*:::command:_normal'",
                Completed.Command => $"'1:command:({Words(all.Skip(1).Select(c => c.Name))})'",
                _ => null,
            };
            if (argument is not null)
                lines = lines.Append(argument);
            text.Append(string.Join(" \\\n", lines.Select(line => $"                        {line}"))).Append("\n                    ;;\n");
        }
        return text.Append("""
                        esac
                        ;;
                esac
            }

            if [[ $funcstack[1] == _vfioscope ]]; then _vfioscope "$@"; else compdef _vfioscope vfioscope; fi

            """).ToString();
    }

    public static string Fish(UsageCommand[] all)
    {
        var text = new StringBuilder();
        text.Append($"# fish completion for vfioscope\n{Origin}\n\ncomplete -c vfioscope -f\n");
        foreach (UsageOption option in all[0].Options)
            text.Append(FishOption("__fish_use_subcommand", option));
        foreach (UsageCommand command in all.Skip(1))
            text.Append($"complete -c vfioscope -n __fish_use_subcommand -a {command.Name} -d {Quoted(command.Description)}\n");
        foreach (UsageCommand command in all.Skip(1))
        {
            string inside = $"'__fish_seen_subcommand_from {command.Name}'";
            text.Append('\n');
            foreach (UsageOption option in command.Options)
                text.Append(FishOption(inside, option));
            text.Append(command.Argument switch
            {
                Completed.File => $"complete -c vfioscope -n {inside} -F\n",
                Completed.Program => $"complete -c vfioscope -n {inside} -a '(__fish_complete_subcommand --fcs-skip=2)'\n",
                Completed.Command => $"complete -c vfioscope -n {inside} -a '{Words(all.Skip(1).Select(c => c.Name))}'\n",
                _ => "",
            });
        }
        return text.ToString();
    }

    private static string BashValue(UsageOption option) => option.Completed switch
    {
        Completed.Values => $"words='{Words(option.Values)}'",
        Completed.File => "words=FILES",
        _ => "return",
    };

    // '(-o --output)'{-o,--output}'[write to this file]:FILE:_files'
    private static string ZshOption(UsageOption option)
    {
        string explained = option.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
        string value = option.Value.Length == 0 ? "" : $":{option.Value.Replace(":", "\\:", StringComparison.Ordinal)}:" + option.Completed switch
        {
            Completed.Values => $"({Words(option.Values)})",
            Completed.File => "_files",
            _ => " ",
        };
        string rest = Quoted($"[{explained}]{value}");
        if (option.Repeated)
            return string.Join(" ", option.Names.Select(name => $"'*{name}'{rest}"));
        return option.Names is [var only] ? $"{only}{rest}"
            : $"'({Words(option.Names)})'{{{string.Join(',', option.Names)}}}{rest}";
    }

    private static string FishOption(string condition, UsageOption option)
    {
        string names = string.Join(' ', option.Names.Select(name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}"));
        string value = option.Completed switch
        {
            Completed.Values => $" -x -a '{Words(option.Values)}'",
            Completed.File => " -r -F",
            _ => option.Value.Length == 0 ? "" : " -x",
        };
        return $"complete -c vfioscope -n {condition} {names}{value} -d {Quoted(option.Description)}\n";
    }

    private static IEnumerable<string> Names(UsageCommand command) => command.Options.SelectMany(o => o.Names);

    private static string Words(IEnumerable<string> words) => string.Join(' ', words);

    // Within single quotes no shell has anything special but the quote; fish has the backslash, which no description has.
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
