using System.Globalization;
using Profiler.Core.Wire;

namespace Profiler.Core.Names;

/// <summary>Names of the kinds of events, in outputs and in recordings.</summary>
public static class EventKindNames
{
    public static readonly NameTable<EventKind> Table = new(
        (EventKind.Release, "release"),
        (EventKind.Open, "open"),
        (EventKind.LockWait, "lock_wait"),
        (EventKind.Reset, "reset"),
        (EventKind.Signal, "signal"),
        (EventKind.Process, "process"),
        (EventKind.Teardown, "teardown"),
        (EventKind.Start, "start"),
        (EventKind.UserReset, "user_reset"));

    /// <summary>The name of a kind; the number of an unknown one.</summary>
    public static string Of(int kind) => kind is > 0 and < WireEvent.Kinds
        ? Table[(EventKind)kind]
        : kind.ToString(CultureInfo.InvariantCulture);

    /// <summary>The kind with a name; null if a later version wrote it.</summary>
    public static int? Find(string name) => (int?)Table.Find(name);
}
