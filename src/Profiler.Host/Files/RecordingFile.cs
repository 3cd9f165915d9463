using System.Globalization;
using Profiler.Core;
using Profiler.Core.Capture;

namespace Profiler.Host.Files;

/// <summary>A recording written on request, into a file in the current directory that is named after the time.</summary>
public static class RecordingFile
{
    /// <summary>Writes what has come so far.</summary>
    /// <param name="player">Has it.</param>
    /// <param name="now">What the file is named after.</param>
    /// <returns>A line for people that says which file, or why none.</returns>
    public static string Save(Player player, DateTimeOffset now)
    {
        string stem = now.ToString("'vfioscope-'yyyyMMdd'-'HHmmss", CultureInfo.InvariantCulture);
        string name = $"{stem}.vfioscope";
        // Nobody typed that name: a file that has it already, or a link that somebody else put there, is left alone.
        for (int i = 2; new FileInfo(name) is { Exists: true } or { LinkTarget: not null }; i++)
            name = $"{stem}-{i}.vfioscope";
        try
        {
            using var file = new AtomicFile(name, AtomicFile.Private);
            (long events, long evicted) = player.WriteRecording(file.Stream);
            file.Commit();
            return $"written: {name}, {events} events" + (evicted == 0 ? "" : $"; {evicted} older ones WERE NOT KEPT");
        }
        catch (UserException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{name} cannot be written: {e.Message}";
        }
    }
}
