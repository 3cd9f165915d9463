using Profiler.Cli.Commands;
using Profiler.Cli.Usage;
using Profiler.Core;

namespace Profiler.Cli.Tests.Usage;

/// <summary>A command line that is not understood: exit code 2, and one line that says what is wrong and what to write.</summary>
public class UsageErrorTests
{
    [Theory]
    // What does not exist.
    [InlineData("frobnicate", "unknown command 'frobnicate': the commands are check, top, record, report, compare, export, serve, why, release, help")]
    [InlineData("reprot x", "unknown command 'reprot': did you mean report?")]
    [InlineData("rec -o x", "unknown command 'rec': did you mean record?")]
    [InlineData("--frobnicate", "unknown option '--frobnicate'")]
    [InlineData("report x --frobnicate", "unknown option '--frobnicate'")]
    [InlineData("report x --devcie 01:00.0", "unknown option '--devcie': did you mean --device?")]
    [InlineData("report x --dev 01:00.0", "unknown option '--dev': did you mean --device?")]
    [InlineData("report x --devcie=01:00.0", "unknown option '--devcie': did you mean --device?")]
    [InlineData("report x --speed 3", "unknown option '--speed': it is an option of top and serve")]
    [InlineData("report x -x", "unknown option '-x'")]
    [InlineData("record -o x ls -l", "unknown option '-l': put -- before arguments that begin with -")]
    [InlineData("release --mode close --fast 01:00.0", "unknown option '--fast': put -- before arguments that begin with -")]
    // What is too much.
    [InlineData("compare a b c", "unexpected argument 'c': write vfioscope compare [OPTIONS] [BEFORE] [AFTER]")]
    [InlineData("check x", "unexpected argument 'x': write vfioscope check [OPTIONS]")]
    [InlineData("report x y", "unexpected argument 'y': write vfioscope report [OPTIONS] [FILE]")]
    [InlineData("report x --json true", "unexpected argument 'true': write vfioscope report [OPTIONS] [FILE]")]
    [InlineData("report x --pid 1 --pid 2", "--pid is given twice: give it once")]
    [InlineData("report x --pid 1 --pid 2 --pid 3", "--pid is given 3 times: give it once")]
    [InlineData("report x -o a --output b", "--output is given twice: give it once")]
    // What is missing.
    [InlineData("record", "--output is missing: write vfioscope record --output FILE [OPTIONS] [COMMAND...]")]
    [InlineData("release 01:00.0", "write either --mode exit|close|threads|processes or --open-only")]
    [InlineData("release --mode close --open-only 01:00.0", "write either --mode exit|close|threads|processes or --open-only")]
    [InlineData("release --mode close", "BDF is missing: write vfioscope release [OPTIONS] BDF...")]
    [InlineData("report x --pid", "--pid needs a value: write --pid PID")]
    [InlineData("compare", "BEFORE is missing: write vfioscope compare [OPTIONS] BEFORE AFTER, or --before FILE... --after FILE...")]
    [InlineData("compare a", "AFTER is missing: write vfioscope compare [OPTIONS] BEFORE AFTER, or --before FILE... --after FILE...")]
    [InlineData("compare --before a b", "--after is missing: name recordings of both sides")]
    [InlineData("compare --after a", "--before is missing: name recordings of both sides")]
    [InlineData("compare --before --after b", "--before needs a value: write --before FILE...")]
    [InlineData("compare a b --after c", "BEFORE and AFTER exclude --before and --after: name all recordings with the options")]
    [InlineData("report x --vm --json", "--vm needs a value: write --vm NAME")]
    [InlineData("top --speed 2", "--speed needs a recording: give --from FILE, too")]
    // Values.
    [InlineData("report x --pid abc", "--pid abc: write a whole number, 1 or more")]
    [InlineData("report x --pid 0", "--pid 0: write a whole number, 1 or more")]
    [InlineData("report x --pid 99999999999", "--pid 99999999999: write a whole number, 1 or more")]
    [InlineData("report x --format xml", "--format xml: write text, json or html")]
    [InlineData("compare a b --format yaml", "--format yaml: write text, json or html")]
    [InlineData("report x --format 1", "--format 1: write text, json or html")]
    [InlineData("report x --json --format text", "--json and --format text exclude each other: give one of them")]
    [InlineData("report x --json --format html", "--json and --format html exclude each other: give one of them")]
    [InlineData("report x -o html", "--output html: write --format html for the format, or -o ./html for a file of that name")]
    [InlineData("compare a b -o json", "--output json: write --format json for the format, or -o ./json for a file of that name")]
    [InlineData("report x -o json", "--output json: write --format json for the format, or -o ./json for a file of that name")]
    [InlineData("report x -o text", "--output text: write --format text for the format, or -o ./text for a file of that name")]
    [InlineData("report x --what-if flr,faster", "--what-if flr,faster: write one or several of parallel-close, split-dev-sets, flr, huge-pages, with commas between them")]
    [InlineData("compare a b --fail-if-slower 10", "--fail-if-slower 10: write a percentage, such as 10%")]
    [InlineData("compare a b --fail-if-slower -5%", "--fail-if-slower -5%: write a percentage, such as 10%")]
    [InlineData("compare a b --fail-if-slower NaN%", "--fail-if-slower NaN%: write a percentage, such as 10%")]
    [InlineData("check --attach kpobe", "--attach kpobe: write auto, kprobe or fentry")]
    [InlineData("check --lock-probe slow", "--lock-probe slow: write auto, entry, slowpath or tracepoint")]
    [InlineData("check --buffer 5", "--buffer 5: write a power of two from 4 to 1048576 (KiB)")]
    [InlineData("check --stacks -1s", "--stacks -1s: write a duration, such as 500ms, 30s, 5m, 2h or 1d")]
    [InlineData("record -o x --duration soon", "--duration soon: write a duration, such as 500ms, 30s, 5m, 2h or 1d")]
    [InlineData("record -o x --duration 0", "--duration 0: write a duration, such as 500ms, 30s, 5m, 2h or 1d")]
    [InlineData("top --from x --speed fast", "--speed fast: write a number greater than 0")]
    [InlineData("release --mode Close 01:00.0", "--mode Close: write exit, close, threads or processes")]
    [InlineData("release --mode close --repeat 0 01:00.0", "--repeat 0: write a whole number, 1 or more")]
    [InlineData("release --mode close --dma 2G --page 2M 01:00.0", "--page 2M: write 4k, 2m or 1g")]
    [InlineData("release --mode close --dma 2T 01:00.0", "--dma 2T: write a size, such as 512M or 2G")]
    public void It_says_what_is_wrong_and_what_to_write(string arguments, string message)
    {
        string[] words = arguments.Split(' ');
        UserException error = Assert.Throws<UserException>(() => CommandLine.Parse(CommandLine.Create(), words));
        string help = CommandLine.Create().Subcommands.Any(c => c.Name == words[0]) ? $"vfioscope {words[0]} --help" : "vfioscope --help";
        Assert.Equal((ExitCode.Usage, $"{message} (see '{help}')"), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("report x -o ./json")]
    [InlineData("report x --format json --json")]
    [InlineData("report x --json --json")]
    [InlineData("report @x")]
    [InlineData("report -- --x")]
    [InlineData("record -o x -- ls -l --frobnicate")]
    [InlineData("record -o x ls")]
    [InlineData("compare a b --fail-if-slower 0.5%")]
    [InlineData("compare --before a b --after c d --json")]
    [InlineData("compare --before a --before b --after c")]
    [InlineData("release --mode exit --repeat 3 --hold --dma 2G --page 2m 01:00.0 02:00.0")]
    [InlineData("release --open-only --dma 2G --page 1g 01:00.0")]
    [InlineData("serve --web.listen-address :1 --web.listen-address :2")]
    [InlineData("record --duration 1d -o x")]
    [InlineData("report --help --frobnicate")]
    [InlineData("release -h")]
    [InlineData("-V")]
    public void What_is_right_is_taken(string arguments) =>
        Assert.NotNull(CommandLine.Parse(CommandLine.Create(), arguments.Split(' ')).Action);

    [Theory]
    [InlineData("report", "report", 0)]
    [InlineData("reprot", "report", 1)]
    [InlineData("repot", "report", 1)]
    [InlineData("serve", "server", 1)]
    [InlineData("", "top", 3)]
    public void Near_is_what_few_changes_make_alike(string a, string b, int distance) => Assert.Equal(distance, Suggestion.Distance(a, b));
}
