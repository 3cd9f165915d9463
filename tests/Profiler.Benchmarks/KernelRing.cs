using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Profiler.Bpf.Native;
using Profiler.Bpf.Ring;
using Profiler.Core.Wire;

namespace Profiler.Benchmarks;

/// <summary>A ring buffer of the running kernel, filled by a small program; needs root, but no probe.</summary>
internal sealed unsafe class KernelRing : IDisposable
{
    private const uint BPF_MAP_TYPE_RINGBUF = 27, BPF_PROG_TYPE_SOCKET_FILTER = 1;
    private const int HeaderBytes = 14; // a test run takes this for the Ethernet header of its packet

    private readonly SafeFileHandle _map, _program;
    private readonly RingMapping? _mapping;

    private KernelRing(int map)
    {
        _map = new SafeFileHandle(map, ownsHandle: true);
        _program = new SafeFileHandle(map < 0 ? -1 : LoadProgram(map), ownsHandle: true);
        _mapping = map < 0 ? null : RingMapping.Of(map);
    }

    /// <summary>Creates one; it stays empty if that is not permitted.</summary>
    /// <param name="bytes">A power of two, at least a page.</param>
    public static KernelRing Create(int bytes) =>
        new(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bench", 0, 0, (uint)bytes, null));

    /// <summary>The map.</summary>
    public int Fd => (int)_map.DangerousGetHandle();

    /// <summary>Writes events until no more fit.</summary>
    /// <returns>The number of events that fitted; 0 if nothing is permitted.</returns>
    public int Fill(ReadOnlySpan<WireEvent> events)
    {
        byte* packet = stackalloc byte[HeaderBytes + WireEvent.Size];
        var options = new BpfTestRunOptions
        {
            sz = (nuint)sizeof(BpfTestRunOptions),
            data_in = packet,
            data_size_in = (uint)(HeaderBytes + WireEvent.Size),
        };
        int count = 0;
        foreach (WireEvent e in events)
        {
            MemoryMarshal.Write(new Span<byte>(packet + HeaderBytes, WireEvent.Size), e);
            if (_program.IsInvalid || LibBpf.bpf_prog_test_run_opts((int)_program.DangerousGetHandle(), &options) != 0 || options.retval != 0)
                break;
            count++;
        }
        return count;
    }

    /// <summary>All records are unread again.</summary>
    public void Rewind() => Volatile.Write(ref *_mapping!.ConsumerPosition, 0);

    public void Dispose()
    {
        _mapping?.Dispose();
        _program.Dispose();
        _map.Dispose();
    }

    // Copies its packet into the ring buffer; its result is not 0 if there was no room:
    //   bpf_skb_load_bytes(skb, 0, stack, size); return bpf_ringbuf_output(map, stack, size, BPF_RB_NO_WAKEUP);
    private static int LoadProgram(int map)
    {
        const int LoadBytes = 26, RingOutput = 130, NoWakeup = 1, MapFd = 1;
        int size = WireEvent.Size;
        Instruction[] program =
        [
            Set(2, 0), Copy(3, 10), Add(3, -size), Set(4, size), Call(LoadBytes),
            new() { code = 0x18, registers = MapFd << 4 | 1, immediate = map }, default,
            Copy(2, 10), Add(2, -size), Set(3, size), Set(4, NoWakeup), Call(RingOutput),
            new() { code = 0x95 },
        ];
        fixed (Instruction* start = program)
            return bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "bench", "GPL", start, (nuint)program.Length, null);
    }

    private static Instruction Set(byte register, int value) => new() { code = 0xb7, registers = register, immediate = value };

    private static Instruction Add(byte register, int value) => new() { code = 0x07, registers = register, immediate = value };

    private static Instruction Copy(byte to, byte from) => new() { code = 0xbf, registers = (byte)(from << 4 | to) };

    private static Instruction Call(int function) => new() { code = 0x85, immediate = function };

    /// <summary><c>struct bpf_insn</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        public byte code;
        public byte registers;
        public short offset;
        public int immediate;
    }

    [DllImport(LibBpf.Library)]
    private static extern int bpf_map_create(
        uint type, [MarshalAs(UnmanagedType.LPStr)] string name, uint keySize, uint valueSize, uint maxEntries, void* options);

    [DllImport(LibBpf.Library)]
    private static extern int bpf_prog_load(
        uint type, [MarshalAs(UnmanagedType.LPStr)] string name, [MarshalAs(UnmanagedType.LPStr)] string license,
        Instruction* instructions, nuint count, void* options);
}
