namespace Profiler.Core.Spans;

/// <summary>A lock that was tried in vain, in words.</summary>
public static class TriedLockText
{
    /// <summary>"bash (pid 4711) held the lock of 0000:00:08.0, at work on 0000:02:00.0".</summary>
    /// <param name="tried">The lock.</param>
    /// <param name="nameOf">The name of a process, from its number and comm.</param>
    public static string Of(TriedLock tried, Func<int, string, string> nameOf) =>
        Of(tried.Device, tried.Holder is { } holder ? nameOf(holder.Task.Tgid, holder.Process) : null, tried.Holder?.Device);

    /// <inheritdoc cref="Of(TriedLock, Func{int, string, string})"/>
    /// <param name="device">The device or bridge.</param>
    /// <param name="holder">The process that held it; null if unknown.</param>
    /// <param name="forDevice">The device for which it did; null if none.</param>
    public static string Of(string device, string? holder, string? forDevice) =>
        holder is null
            ? $"{device} was in use, by whom is not known"
            : $"{holder} held the lock of {device}" +
                (forDevice is null ? "" : forDevice == device ? ", at work on it" : $", at work on {forDevice}");
}
