using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Bpf.Native;

/// <summary>
/// libbpf's own words, kept aside: shown only where a load or attach fails, or on request
/// (<see cref="Echo"/>).
/// </summary>
internal static unsafe partial class LibBpfLog
{
    private const int Debug = 2; // enum libbpf_print_level
    private const int MaximumLines = 200;

    private static readonly Lock Gate = new();
    private static readonly Queue<string> Lines = new();

    /// <summary>Also gets each line as it comes, debug ones included; null by default.</summary>
    public static TextWriter? Echo { get; set; }

    /// <summary>Sends libbpf's output here instead of to stderr.</summary>
    public static void Capture() => LibBpf.libbpf_set_print(&OnPrint);

    /// <summary>The newest warnings, oldest first; they are forgotten by this call.</summary>
    public static IReadOnlyList<string> Take()
    {
        lock (Gate)
        {
            string[] taken = [.. Lines];
            Lines.Clear();
            return taken;
        }
    }

    // Called by C: nothing may be thrown out of here.
    [UnmanagedCallersOnly]
    private static int OnPrint(int level, nint format, nint arguments)
    {
        try
        {
            if (level >= Debug && Echo is null)
                return 0;
            Span<byte> buffer = stackalloc byte[1024];
            int length;
            fixed (byte* start = buffer)
                length = vsnprintf(start, (nuint)buffer.Length, format, arguments);
            length = Math.Clamp(length, 0, buffer.Length - 1);
            Add(level, Encoding.UTF8.GetString(buffer[..length]).TrimEnd());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // A log that cannot be written is no reason to fail.
        }
        return 0;
    }

    private static void Add(int level, string line)
    {
        lock (Gate)
        {
            Echo?.WriteLine(line);
            if (level >= Debug)
                return;
            if (Lines.Count == MaximumLines)
                Lines.Dequeue();
            Lines.Enqueue(line);
        }
    }

    [LibraryImport("libc")]
    private static partial int vsnprintf(byte* buffer, nuint size, nint format, nint arguments);
}
