using System.Runtime.InteropServices;
using System.Text;

namespace Profiler.Bpf.Native;

/// <summary>
/// libbpf's own words, kept aside: shown only where a load or attach fails, or on request
/// (<see cref="Echo"/>).
/// </summary>
internal static unsafe class LibBpfLog
{
    private const int LIBBPF_DEBUG = 2; // enum libbpf_print_level
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
            if (level >= LIBBPF_DEBUG && Echo is null)
                return 0;
            // The verifier's log comes in one piece, and what matters is at its end: so as long as it is.
            byte* text = null;
            int length = LibC.vasprintf(&text, format, arguments);
            if (length < 0)
                return 0;
            Add(level, Encoding.UTF8.GetString(text, length).TrimEnd());
            NativeMemory.Free(text);
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
            if (level >= LIBBPF_DEBUG)
                return;
            if (Lines.Count == MaximumLines)
                Lines.Dequeue();
            Lines.Enqueue(line);
        }
    }
}
