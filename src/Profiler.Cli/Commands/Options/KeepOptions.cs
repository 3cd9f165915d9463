using System.CommandLine;
using Profiler.Cli.Usage;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Host.Files;

namespace Profiler.Cli.Commands.Options;

/// <summary>The flight recorder: what it keeps, where and how much.</summary>
internal static class KeepOptions
{
    private const int DefaultFiles = 50;
    private const string DefaultSize = "1G", DefaultMemory = "16M";

    // Less than a few blocks is no ring.
    private const ulong MinMemory = 1 << 20, MaxMemory = 1UL << 30;

    /// <summary>What <c>--keep-slow 10s:DIR</c> says.</summary>
    private sealed record Slow(TimeSpan Than, string Directory);

    private static readonly Option<Slow?> SlowOption = new("--keep-slow")
    {
        Description = "keep a recording of each shutdown or start that takes longer, in this directory; SIGUSR1 keeps one now",
        HelpName = "DURATION:DIR",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && colon < text.Length - 1 && DurationText.Parse(text[..colon], 0) is { } than)
                return new Slow(than, text[(colon + 1)..]);
            result.Expects($"a duration and a directory, such as 10s:{KeptRecordings.DefaultDirectory}");
            return null;
        },
    };

    private static readonly Option<Severity> FindingOption =
        OptionValues.OneOf<Severity>("--keep-finding", "keep also those that have a finding of this severity or a higher one");

    private static readonly Option<TimeSpan?> BeforeOption = new("--keep-before")
    {
        Description = "how much of the time before is kept with it",
        HelpName = "DURATION",
        CustomParser = DurationArgument.Parse,
        DefaultValueFactory = _ => new KeepRules(TimeSpan.Zero).Before,
    };

    private static readonly Option<int> FilesOption = new("--keep-files")
    {
        Description = "maximum number of kept recordings; the oldest are removed",
        HelpName = "N",
        CustomParser = result => OptionValues.WholeNumber(result, 1, 100_000),
        DefaultValueFactory = _ => DefaultFiles,
    };

    private static readonly Option<ByteSize> SizeOption = Size(
        "--keep-size", "maximum size of all kept recordings; the oldest are removed", DefaultSize, 1, long.MaxValue);

    private static readonly Option<ByteSize> MemoryOption = Size(
        "--keep-memory", "maximum memory for the events of the last minutes, compressed", DefaultMemory, MinMemory, MaxMemory);

    private static readonly Option[] Others = [FindingOption, BeforeOption, FilesOption, SizeOption, MemoryOption];

    /// <summary>Adds the options to a command.</summary>
    /// <param name="withReplay">Whether recordings of a replay can be kept.</param>
    public static void AddTo(Command command, bool withReplay = true)
    {
        command.Add(SlowOption);
        foreach (Option option in Others)
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(SlowOption) is null && Others.FirstOrDefault(o => result.GetResult(o) is { Implicit: false }) is { } other)
                result.AddError($"{other.Name} needs --keep-slow: give --keep-slow 10s:{KeptRecordings.DefaultDirectory}, too");
            else if (!withReplay && result.GetResult(SlowOption) is not null && SourceOptions.IsReplay(result))
                result.AddError("--keep-slow and --from exclude each other: a recording is kept already");
        });
    }

    /// <summary>The directory; null if nothing is to be kept. A directory that cannot be written is warned of.</summary>
    public static KeptRecordings? DirectoryFrom(ParseResult parsed, Action<string> warn, Action<string> tell)
    {
        if (parsed.GetValue(SlowOption) is not { } slow)
            return null;
        var kept = new KeptRecordings(slow.Directory, parsed.GetValue(FilesOption), (long)parsed.GetValue(SizeOption).Bytes, warn, tell);
        kept.Check();
        return kept;
    }

    /// <summary>When something is kept.</summary>
    public static KeepRules RulesFrom(ParseResult parsed) => new(parsed.GetValue(SlowOption)!.Than)
    {
        Finding = parsed.GetResult(FindingOption) is null ? null : parsed.GetValue(FindingOption),
        Before = parsed.GetValue(BeforeOption)!.Value,
        MemoryBytes = (long)parsed.GetValue(MemoryOption).Bytes,
    };

    private static Option<ByteSize> Size(string name, string description, string fallback, ulong min, ulong max) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = result => OptionValues.Size(result, min, max, fallback),
        DefaultValueFactory = _ => ByteSize.Parse(fallback)!.Value,
    };
}
