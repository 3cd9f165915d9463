using System.Text.RegularExpressions;

namespace Profiler.Bpf.Native;

/// <summary>
/// Summarizes why the kernel's verifier, or libbpf before it, rejected a program: the end of the log, in one line.
/// </summary>
internal static partial class VerifierLog
{
    /// <summary>Maximum length of a summary, characters.</summary>
    public const int MaximumLength = 200;

    private const string Begin = "-- BEGIN PROG LOAD LOG --", End = "-- END PROG LOAD LOG --";

    private const int LastLines = 2;

    /// <summary>The last significant lines: the error and the rejected instruction.</summary>
    /// <param name="messages">libbpf's messages of one load; one of them contains the multi-line log.</param>
    /// <returns>Null if the messages contain nothing significant.</returns>
    public static string? Summarize(IEnumerable<string> messages)
    {
        string all = string.Join('\n', messages);
        int begin = all.LastIndexOf(Begin, StringComparison.Ordinal);
        int end = begin < 0 ? -1 : all.IndexOf(End, begin, StringComparison.Ordinal);
        string log = begin < 0 ? all : all[(begin + Begin.Length)..(end < 0 ? all.Length : end)];
        string[] lines =
        [
            .. log.Split('\n').Select(l => Spaces().Replace(l, " ").Trim()).Where(l => l.Length > 0 && !Noise().IsMatch(l)).TakeLast(LastLines),
        ];
        // If too long, keep the end, which contains the error.
        string summary = string.Join("; ", lines);
        return summary.Length == 0 ? null : summary.Length <= MaximumLength ? summary : "…" + summary[^(MaximumLength - 1)..];
    }

    // Statistics, register states, source lines, and libbpf's "failed to load" that repeats an earlier error.
    [GeneratedRegex("^(processed \\d+ insns|max_states|stack depth|verification time|func#|R\\d+[_=]|;|mark_precise|parent |last_idx|regs=|libbpf: (prog '.*': (failed to load|BPF program load failed)|failed to load object))")]
    private static partial Regex Noise();

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();
}
