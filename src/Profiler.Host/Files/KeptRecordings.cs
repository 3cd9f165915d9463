using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Wire;

namespace Profiler.Host.Files;

#pragma warning disable CA1416 // not on Windows: like all of this

/// <summary>A file of a <see cref="KeptRecordings"/>.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">What its name says.</param>
/// <param name="Bytes">Its size.</param>
public sealed record KeptFile(string Path, KeptName Name, long Bytes);

/// <summary>
/// A directory with the recordings that the flight recorder kept: at most so many, of at most so many bytes together; the oldest go
/// first. Only files with names of ours are counted and removed, whoever wrote them: several exporters may share a directory.
/// </summary>
/// <param name="directory">Created if it does not exist, but not those above it.</param>
/// <param name="maxFiles">Maximum number of files, 1 or more.</param>
/// <param name="maxBytes">Maximum size of all files; the newest stays in any case.</param>
/// <param name="warn">Gets a line for an error; the same error again is only counted.</param>
/// <param name="tell">Gets a line for each recording.</param>
public sealed class KeptRecordings(string directory, int maxFiles, long maxBytes, Action<string> warn, Action<string>? tell = null) : IKeptRecordings
{
    /// <summary>Where recordings are looked for if no directory is named.</summary>
    public const string DefaultDirectory = "/var/lib/vfioscope";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int MaxSameName = 100;

    // A file that has not been written for so long is of a process that was killed.
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    // Of more no server needs to know.
    private const int MaxNewest = 32;

    private readonly Lock _gate = new();
    private KeptCounts _counts;
    private ImmutableArray<KeptRecording> _newest = [];
    private string? _warned;

    public KeptCounts Counts
    {
        get
        {
            lock (_gate)
                return _counts;
        }
    }

    public ImmutableArray<KeptRecording> Newest
    {
        get
        {
            lock (_gate)
                return _newest;
        }
    }

    public void Refresh()
    {
        ImmutableArray<KeptRecording> newest = [];
        try
        {
            newest =
            [
                .. List(directory).Take(MaxNewest).Select(f => new KeptRecording(
                    Path.GetFileName(f.Path), f.Name.At, f.Name.Process, f.Name.Seconds, f.Name.Kind, f.Name.Running)),
            ];
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            // Of what cannot be read there is nothing to tell; that it cannot be written is told.
        }
        lock (_gate)
            _newest = newest;
    }

    /// <summary>Warns if nothing can be written there, before it is needed.</summary>
    public void Check()
    {
        try
        {
            Create();
            using AtomicFile probe = NewFile();
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            Warn(e);
        }
        Refresh();
    }

    public string? Keep(KeptLife life, Action<Stream> write)
    {
        string? name = null;
        try
        {
            Create();
            (name, long bytes) = WriteNew(life, write);
            lock (_gate)
                _counts = _counts with { Written = _counts.Written + 1, Bytes = _counts.Bytes + bytes };
            _warned = null;
            tell?.Invoke($"kept {Printable.Clean(Path.Combine(directory, name), 4096)}");
            RemoveOldest(name);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            lock (_gate)
                _counts = _counts with { Failed = _counts.Failed + (name is null ? 1 : 0) };
            Warn(e);
        }
        Refresh();
        return name;
    }

    /// <summary>The kept recordings of a directory, the newest first.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ImmutableArray<KeptFile> List(string directory)
    {
        var files = new List<KeptFile>();
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles(KeptName.Pattern))
        {
            // Another process may remove it meanwhile. A link is not ours.
            if (KeptName.Parse(file.Name) is { } name && file is { LinkTarget: null, Exists: true })
                files.Add(new KeptFile(file.FullName, name, LengthOf(file)));
        }
        return [.. files.OrderByDescending(f => Path.GetFileName(f.Path), StringComparer.Ordinal)];
    }

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private void Create()
    {
        if (!Directory.Exists(directory) && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(directory))))
            Directory.CreateDirectory(directory, OwnerOnly);
    }

    // Under a name that no other file has.
    private AtomicFile NewFile() => new(Path.Combine(directory, $"kept-{Environment.ProcessId}"), AtomicFile.Private);

    private (string Name, long Bytes) WriteNew(KeptLife life, Action<Stream> write)
    {
        using AtomicFile file = NewFile();
        write(file.Stream);
        long bytes = file.Stream.Length;
        // Another exporter may keep the same at the same moment: no file replaces one.
        for (int number = 1; number <= MaxSameName; number++)
        {
            string name = KeptName.Of(life, number);
            if (file.TryCommit(Path.Combine(directory, name)))
                return (name, bytes);
        }
        throw new IOException($"{directory} has {MaxSameName} recordings of the same moment");
    }

    // Of two processes that do this at a time both want to remove the same files.
    private void RemoveOldest(string newest)
    {
        long bytes = 0;
        int files = 0;
        foreach (KeptFile file in List(directory).OrderByDescending(f => Path.GetFileName(f.Path) == newest))
        {
            bytes += file.Bytes;
            if (++files > maxFiles || (bytes > maxBytes && files > 1))
                File.Delete(file.Path);
        }
        foreach (FileInfo partial in new DirectoryInfo(directory).EnumerateFiles(".kept-*.partial", new EnumerationOptions { AttributesToSkip = 0 }))
        {
            if (partial.LastWriteTimeUtc < DateTime.UtcNow - Abandoned)
                partial.Delete();
        }
    }

    private static bool IsOfFiles(Exception e) => e is IOException or UnauthorizedAccessException or UserException;

    private void Warn(Exception error)
    {
        string why = error switch
        {
            UserException => error.Message,
            IOException io => $"{Printable.Clean(directory, 4096)}: {Recorder.Words(io)}",
            _ => $"{Printable.Clean(directory, 4096)}: {error.Message}",
        };
        if (why == _warned)
            return;
        _warned = why;
        warn($"recordings of slow shutdowns cannot be kept: {Printable.Clean(why, 4096)}");
    }
}
