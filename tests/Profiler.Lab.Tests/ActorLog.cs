using System.Globalization;

namespace Profiler.Lab.Tests;

/// <summary>What the stopwatch of tests/lab/actor says: no part of vfioscope has a hand in it.</summary>
public sealed class ActorLog
{
    private readonly Dictionary<(string Who, string Mark), long> _marks = [];
    private readonly Dictionary<string, int> _pids = [];

    public ActorLog(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            _pids[words[1]] = int.Parse(words[2], CultureInfo.InvariantCulture);
            _marks.TryAdd((words[1], words[3]), long.Parse(words[0], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>When a process did something, CLOCK_MONOTONIC nanoseconds; the first time, if it did so often.</summary>
    public long this[string who, string mark] =>
        _marks.TryGetValue((who, mark), out long ns) ? ns : throw new InvalidDataException($"the actor left no mark '{who} {mark}'");

    /// <summary>The process of this name; 0 if it was never seen.</summary>
    public int Pid(string who) => _pids.GetValueOrDefault(who);

    /// <summary>A process and those it forked.</summary>
    public IReadOnlySet<int> Family(string who) =>
        _pids.Where(p => p.Key.StartsWith(who, StringComparison.Ordinal)).Select(p => p.Value).ToHashSet();
}
